import type { Connection, ConnectionState, Timer } from '@halfclose/stack';
import { ConnectionEnd } from './connection-end.ts';

/**
 * What a socket keeps for and beyond the end of its connections. Made when one ends, or when a program asks for more
 * than Node has; an idle connection has none.
 */
export class SocketEnd {
  /** Octets in the stream's own buffer count as unread when the socket is destroyed. */
  strict = false;
  #current: ConnectionEnd | null = null;
  /** State changes that have been told, and the state then; `null`: none has. No state comes twice. */
  #told = 0;
  #toldState: ConnectionState | null = null;
  /** Of `connectTimeout`; `null`: no attempt is limited. */
  connectLimit: Timer | null = null;
  /** Attempts to connect that go on at the same time; `null`: there are none. */
  race: { stop(): void } | null = null;
  /** 'peerend' has been told of the present connection. */
  isPeerEndTold = false;

  /** That of the present connection, or of the last one, if something is kept of it. */
  get known(): ConnectionEnd | null {
    return this.#current;
  }

  /** That of the present connection, or of the last one. */
  get current(): ConnectionEnd {
    return (this.#current ??= new ConnectionEnd());
  }

  /** The socket connects anew. What waits for the end of the former connection goes on to wait. */
  renew(): void {
    // Who asked before there was a connection waits for this one.
    if (this.#current?.isFresh === true) return;
    this.#current?.lingerTime?.stop();
    this.#current = null;
  }

  /** Another attempt to connect begins. */
  forgetStates(): void {
    this.#told = 0;
    this.#toldState = null;
    this.isPeerEndTold = false;
  }

  /** Changes of state up to now are not to be told. */
  skipStates(connection: Connection | null): void {
    if (connection === null) return;
    this.#told = connection.history.length;
    this.#toldState = connection.state;
  }

  /** Tells the state changes that were not told yet. Returns whether there were some. */
  tellStates(connection: Connection, tell: (state: ConnectionState, why: string) => void): boolean {
    if (connection.state === this.#toldState) return false;
    const changes = connection.history.slice(this.#told);
    this.#told += changes.length;
    this.#toldState = connection.state;
    for (const { to, why } of changes) tell(to, why);
    return true;
  }
}
