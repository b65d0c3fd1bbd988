import type { TraceEvent } from './event.ts';
import { formatEndpoint } from './endpoint.ts';

/**
 * An event in a line: its time, host, flags, numbers and lengths, but not the contents of payloads. Two runs in which the same
 * has happened have the same lines, also where contents differ, as those of TLS do.
 */
export function eventLine(event: TraceEvent): string {
  const head = `${event.time} ${event.host}`;
  switch (event.type) {
    case 'segment': {
      const { packet, direction, reason = '' } = event;
      const tail = reason === '' ? '' : ` (${reason})`;
      const [from, to] = [packet.source.toString(), packet.destination.toString()];
      if (packet.kind !== 'tcp') return `${head} ${direction} ${from} > ${to} icmp${tail}`;
      const { sourcePort, destinationPort, flags, seq, ack, window, payload } = packet.segment;
      return `${head} ${direction} ${from}:${sourcePort} > ${to}:${destinationPort} flags ${flags} seq ${seq} ack ${ack} win ${window} length ${payload.length}${tail}`;
    }
    case 'state':
      return `${head} ${formatEndpoint(event.local)} ${event.from} > ${event.to} (${event.why})`;
    case 'timer':
      return `${head} ${formatEndpoint(event.local)} [${event.timer} timer]`;
    case 'call':
      return `${head} ${event.local === null ? '' : `${formatEndpoint(event.local)} `}${event.call} = ${event.result}`;
    case 'note':
      return `${head} *** ${event.text}`;
  }
}
