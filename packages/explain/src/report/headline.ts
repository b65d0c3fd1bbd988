import type { Explanation } from '../explanation.ts';
import { formatBytes, formatDuration, plural } from './units.ts';

/** How a connection ended, in a few words: `reset by the server: unread data at close, or linger 0`. */
export function headlineOf(explanation: Explanation): string {
  const { outcome, closedFirst, opening, halfClose, resets, directions, states } = explanation;
  switch (outcome) {
    case 'orderly':
      return closedFirst === 'both'
        ? 'orderly; both closed at once'
        : `orderly; the ${closedFirst ?? 'client'} closed first`;
    case 'reset': {
      const [reset] = resets;
      if (reset === undefined) return 'reset';
      if (reset.cause === 'middlebox' && reset.certainty !== 'open')
        return `reset in the name of the ${reset.side}, most likely by a middlebox`;
      return `reset by the ${reset.side}: ${causesOf(reset)}`;
    }
    case 'half-closed':
      return halfClose === null
        ? 'half-closed'
        : `half-closed by the ${halfClose.by} for ${formatDuration(halfClose.milliseconds)}, ` +
            `with ${formatBytes(halfClose.bytes)} the other way`;
    case 'refused':
      return resets.length > 0 ? `refused: ${resets.map(causesOf)[0] ?? ''}` : 'refused by an ICMP error';
    case 'unanswered':
      return opening.synAck === null
        ? `no answer to ${plural(opening.syns, 'SYN')}: dropped by a firewall, say, or no such host`
        : 'the handshake was never finished: the SYN+ACK was not answered';
    case 'given up': {
      const side = directions.client.unacknowledged > 0 ? 'client' : 'server';
      return `the ${side} sent again and again and heard nothing any more`;
    }
    case 'open':
      return `open at the end of the capture: client ${states.client.state}, server ${states.server.state}`;
  }
}

/** `unread data at close, or linger 0`; only the likeliest of them where the capture decides. */
export function causesOf({ cause, others, certainty }: Explanation['resets'][number]): string {
  if (certainty !== 'open') return certainty === 'sure' ? cause : `${cause}, most likely`;
  const all = [cause, ...others];
  return all.length === 1 ? cause : `${all.slice(0, -1).join(', ')} or ${all.at(-1) ?? ''}`;
}
