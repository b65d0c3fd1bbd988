import { type Host, type IpAddress, parseIpAddress } from '@halfclose/stack';
import { ClosingPhase } from './closing-phase.ts';
import { holdOf, type ProcessHold } from './process-hold.ts';
import type { Routing } from './routing.ts';

/** What the sockets and servers of one copy of the API share. */
export class Network {
  readonly host: Host;
  readonly hold: ProcessHold;
  readonly closingPhase: ClosingPhase;
  /** What of its sockets goes to the kernel; `null`: nothing. */
  readonly routing: Routing | null;
  #lastText = '';
  #lastAddress: IpAddress | null = null;

  constructor(host: Host, routing: Routing | null = null) {
    this.host = host;
    this.routing = routing;
    this.hold = holdOf(host.timers);
    this.closingPhase = new ClosingPhase(host.timers, this.hold);
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
