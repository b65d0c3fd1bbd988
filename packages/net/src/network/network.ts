import { type Host, type IpAddress, type Next, parseIpAddress } from '@halfclose/stack';
import { ClosingPhase } from '../ending/closing-phase.ts';
import { publish } from './diagnostics.ts';
import { holdOf, type ProcessHold } from '../ending/process-hold.ts';
import type { Routing } from './routing.ts';

/** What the sockets and servers of one copy of the API share. */
export class Network {
  readonly host: Host;
  readonly hold: ProcessHold;
  readonly closingPhase: ClosingPhase;
  /** What of its sockets goes to the kernel; `null`: nothing. */
  readonly routing: Routing | null;
  /** Accepted connections belong to the async context of their listener, not to none. */
  readonly inheritsContext: boolean;
  #isStopped = false;
  #endsDue = 0;
  #endsNew = 0;
  #lastText = '';
  #lastAddress: IpAddress | null = null;

  constructor(host: Host, routing: Routing | null = null, inheritsContext = false) {
    this.host = host;
    publish(host);
    this.routing = routing;
    this.inheritsContext = inheritsContext;
    this.hold = holdOf(host.timers);
    this.closingPhase = new ClosingPhase(host, this.hold);
  }

  /** See {@link ProgramNetwork.stop}. */
  stop(): void {
    this.#isStopped = true;
    this.closingPhase.stop();
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** A stream has ended, and its handle has asked for a step to tell so: see {@link letsEndsPass}. */
  addEndDue(): void {
    this.#endsDue++;
    this.#endsNew++;
  }

  /** The end was told, or will be in the closing phase. */
  removeEndDue(): void {
    this.#endsDue--;
    this.#endsNew = Math.min(this.#endsNew, this.#endsDue);
  }

  /**
   * Whether who has just taken a step, with `next` to do, is to let others go first, as those hear of ends who brought them
   * about before more is read from anybody: libuv tells them between two polls. For each end a place is made in this turn,
   * lest immediates run before it is told.
   */
  letsEndsPass(next: Next): boolean {
    if (this.#endsDue === 0) return false;
    if (this.#endsNew === 0) return next === 'more';
    this.#endsNew--;
    return true;
  }

  /**
   * The address of a family (4, 6) that `text` stands for; `null`: none. A mapped address is one of IPv6. Connections to
   * one address share it.
   */
  addressOf(text: string, family: number): IpAddress | null {
    if (text.includes(':') !== (family === 6)) return null;
    if (text !== this.#lastText) {
      this.#lastText = text;
      this.#lastAddress = parseIpAddress(withoutZone(text));
    }
    return this.#lastAddress;
  }
}

/** There are no interfaces to tell apart by a zone. */
function withoutZone(address: string): string {
  const at = address.indexOf('%');
  return at < 0 ? address : address.slice(0, at);
}
