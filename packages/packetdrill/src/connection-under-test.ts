import type { DrillSettings } from './drill-settings.ts';
import { type Endpoints, ScriptConnection } from './script-connection.ts';
import type { ScriptPacket } from './script-packet.ts';

/** Where the remote ports of the connections that a script opens begin. */
const FIRST_REMOTE_PORT = 50_001;

/**
 * The connection that a script speaks of without naming it: that of the newest socket. A listener makes the next
 * inbound packet the first one of a new connection from a fresh port.
 */
export class ConnectionUnderTest {
  readonly #settings: DrillSettings;
  #listeningPort = 0;
  #connection: ScriptConnection | null = null;
  #nextRemotePort = FIRST_REMOTE_PORT;

  constructor(settings: DrillSettings) {
    this.#settings = settings;
  }

  /** A socket began to listen. */
  onListen(port: number): void {
    this.#listeningPort = port;
    this.#connection = null;
  }

  /** A socket began to connect. */
  onConnect(endpoints: Endpoints): void {
    this.#connection = ScriptConnection.fromConnect(endpoints);
  }

  /** The connection, if there is one. */
  get current(): ScriptConnection | null {
    return this.#connection;
  }

  /** The connection that an inbound packet is for; `null`: nothing listens and nothing is open. */
  forInbound(packet: ScriptPacket): ScriptConnection | null {
    if (this.#connection !== null) {
      if (packet.kind === 'tcp') this.#connection.noteInbound(packet);
      return this.#connection;
    }
    if (this.#listeningPort === 0 || packet.kind !== 'tcp') return null;
    const { localAddress, remoteAddress } = this.#settings;
    const endpoints = {
      localAddress,
      localPort: this.#listeningPort,
      remoteAddress,
      remotePort: packet.ports?.source ?? this.#nextRemotePort++,
    };
    this.#connection = ScriptConnection.fromInbound(endpoints, packet);
    return this.#connection;
  }
}
