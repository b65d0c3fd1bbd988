import type { IpAddress } from '@halfclose/codec';
import { checkAddress, checkInteger, checkObject } from '@halfclose/codec/arguments';
import { checkEvent } from './check-arguments.ts';
import type { TraceEndpoint, TraceEvent } from './event.ts';

/** Which events are wanted: those of all that is named; `null`: of any. */
export interface EventFilter {
  /** Of TCP, either one. */
  readonly port: number | null;
  /** Of IP, either one. */
  readonly host: IpAddress | null;
}

/**
 * Whether an event is about what the filter names. The ports of an ICMP error are those of what it quotes; a note is about
 * everything.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function matchesFilter(event: TraceEvent, filter: EventFilter): boolean {
  checkEvent('event', event);
  checkObject('filter', filter);
  const { port, host } = filter;
  if (port !== null) checkInteger('filter.port', port, 0, 0xffff);
  if (host !== null) checkAddress('filter.host', host);
  if (event.type === 'note') return true;
  if (event.type === 'segment') {
    const { packet } = event;
    const { source, destination } = packet;
    if (host !== null && !source.equals(host) && !destination.equals(host)) return false;
    if (port === null) return true;
    const ports = packet.kind === 'tcp' ? packet.segment : packet.message.quoted;
    return ports?.sourcePort === port || ports?.destinationPort === port;
  }
  const ends = [event.local, event.remote].filter((end): end is TraceEndpoint => end !== null);
  return (
    (port === null || ends.some((end) => end.port === port)) &&
    (host === null || ends.some((end) => end.address.equals(host)))
  );
}
