import type { DirectionReport } from '../explanation.ts';
import type { SentSide } from '../flow/sent-side.ts';

/** What became of the stream that this end sent; `wasReset`: a RST ended the connection. */
export function directionOf(side: SentSide, wasReset: boolean): DirectionReport {
  const { ranges, retransmissions, keepAlives, fins } = side;
  return {
    bytes: side.bytes,
    dataSegments: side.dataSegmentCount,
    missing: ranges.missing + Math.max(0, side.acked - side.next),
    end: endOf(side, wasReset),
    fins: fins.named,
    finAcknowledged: side.finAcked,
    unacknowledged: Math.max(0, side.next - side.acked),
    retransmissions: retransmissions.named,
    retransmissionCount: retransmissions.count,
    keepAlives: keepAlives.named,
    keepAliveCount: keepAlives.count,
    zeroWindows: side.zeroWindows,
  };
}

function endOf({ finSeq, finAcked }: SentSide, wasReset: boolean): DirectionReport['end'] {
  if (finAcked !== null) return 'acknowledged';
  if (wasReset) return 'reset';
  return finSeq === null ? 'open' : 'FIN';
}
