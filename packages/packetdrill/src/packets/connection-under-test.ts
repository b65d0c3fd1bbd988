import type { TcpSocket } from '@halfclose/sockets';
import type { DrillSettings } from '../script/drill-settings.ts';
import { type Endpoints, ScriptConnection } from './script-connection.ts';
import type { ScriptPacket, ScriptTcpPacket } from '../script/script-packet.ts';

/** Where the remote ports of the connections that a script opens begin. */
const FIRST_REMOTE_PORT = 50_001;

/** What a socket of the script is used for. */
type Role =
  | { readonly kind: 'new' }
  /** `connection`: that of the first packet that came for it; `null`: none has. */
  | { readonly kind: 'bound'; readonly port: number; readonly connection: ScriptConnection | null }
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

  /** bind() gave a socket a port. */
  onBind(socket: TcpSocket, port: number): void {
    this.#roles.set(socket, { kind: 'bound', port, connection: null });
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
    return role.kind === 'connected' || role.kind === 'bound' ? role.connection : null;
  }

  /**
   * The connection that an inbound packet is for; `null`: the newest socket has not even a port. One that only has a port
   * is sent packets all the same, and the host answers as where nobody listens.
   */
  forInbound(packet: ScriptPacket): ScriptConnection | null {
    const role = this.#role;
    const known = this.current;
    if (known !== null) {
      if (packet.kind === 'tcp') known.noteInbound(packet);
      return known;
    }
    if (packet.kind !== 'tcp' || (role.kind !== 'bound' && role.kind !== 'listening')) return null;
    const connection = this.#begin(role.port, packet);
    if (role.kind === 'listening') this.#child = connection;
    else if (this.#socket !== null) this.#roles.set(this.#socket, { ...role, connection });
    return connection;
  }

  #begin(localPort: number, packet: ScriptTcpPacket): ScriptConnection {
    const { localAddress, remoteAddress } = this.#settings;
    const remotePort = packet.ports?.source ?? this.#nextRemotePort++;
    return ScriptConnection.fromInbound({ localAddress, localPort, remoteAddress, remotePort }, packet);
  }

  get #role(): Role {
    if (this.#child !== null) return { kind: 'connected', connection: this.#child };
    return this.#socket === null ? NEW : (this.#roles.get(this.#socket) ?? NEW);
  }
}
