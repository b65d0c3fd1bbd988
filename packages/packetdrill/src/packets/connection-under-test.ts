import type { TcpSocket } from '@halfclose/sockets';
import type { DrillSettings } from '../script/drill-settings.ts';
import { type Endpoints, ScriptConnection } from './script-connection.ts';
import type { ScriptPacket } from '../script/script-packet.ts';

/** Where the remote ports of the connections that a script opens begin. */
const FIRST_REMOTE_PORT = 50_001;

/** What a socket of the script is used for. */
type Role =
  | { readonly kind: 'new' }
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'connected'; readonly connection: ScriptConnection };

const NEW: Role = { kind: 'new' };

/**
 * The connection that a script speaks of without naming it: that of the newest socket. If it listens, the next inbound
 * packet is the first one of a new connection from a fresh port, and that one is the newest then.
 */
export class ConnectionUnderTest {
  readonly #settings: DrillSettings;
  /** The newest that socket() made. */
  #socket: TcpSocket | null = null;
  readonly #roles = new Map<TcpSocket, Role>();
  #child: ScriptConnection | null = null;
  /** What accept() returned for the child. */
  #childSocket: TcpSocket | null = null;
  #nextRemotePort = FIRST_REMOTE_PORT;

  constructor(settings: DrillSettings) {
    this.#settings = settings;
  }

  /** socket() made one. */
  onSocket(socket: TcpSocket): void {
    this.#socket = socket;
    this.#child = null;
    this.#childSocket = null;
    this.#roles.set(socket, NEW);
  }

  /** A socket began to listen. */
  onListen(socket: TcpSocket, port: number): void {
    this.#roles.set(socket, { kind: 'listening', port });
  }

  /** A socket began to connect. */
  onConnect(socket: TcpSocket, endpoints: Endpoints): void {
    this.#roles.set(socket, { kind: 'connected', connection: ScriptConnection.fromConnect(endpoints) });
  }

  /** accept() returned one. */
  onAccept(socket: TcpSocket): void {
    const peer = socket.getpeername();
    // One that was reset before has no peer any more; there is but one child.
    if (peer === null || peer.port === this.#child?.endpoints.remotePort) this.#childSocket = socket;
  }

  /** The newest socket, if a call has returned it. */
  get socket(): TcpSocket | null {
    return this.#child === null ? this.#socket : this.#childSocket;
  }

  /** The connection, if there is one. */
  get current(): ScriptConnection | null {
    const role = this.#role;
    return role.kind === 'connected' ? role.connection : null;
  }

  /** The connection that an inbound packet is for; `null`: the newest socket neither listens nor is connected. */
  forInbound(packet: ScriptPacket): ScriptConnection | null {
    const role = this.#role;
    if (role.kind === 'connected') {
      if (packet.kind === 'tcp') role.connection.noteInbound(packet);
      return role.connection;
    }
    if (role.kind === 'new' || packet.kind !== 'tcp') return null;
    const { localAddress, remoteAddress } = this.#settings;
    const endpoints = {
      localAddress,
      localPort: role.port,
      remoteAddress,
      remotePort: packet.ports?.source ?? this.#nextRemotePort++,
    };
    this.#child = ScriptConnection.fromInbound(endpoints, packet);
    return this.#child;
  }

  get #role(): Role {
    if (this.#child !== null) return { kind: 'connected', connection: this.#child };
    return this.#socket === null ? NEW : (this.#roles.get(this.#socket) ?? NEW);
  }
}
