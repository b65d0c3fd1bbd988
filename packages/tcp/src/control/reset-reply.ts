import { Flag, Segment, segmentLength } from '@halfclose/codec';
import { checkSegment } from '../base/check-arguments.ts';

/**
 * The RST that answers a segment which belongs to no connection, or whose acknowledgment is impossible
 * (RFC 9293, 3.10.7.1 and 3.5.2, group 1): `SEQ=SEG.ACK` if it acknowledges, else `SEQ=0, ACK=SEG.SEQ+SEG.LEN`.
 * `null` for a RST, which is never answered.
 *
 * @throws TypeError for what is no segment
 */
export function resetFor(segment: Segment): Segment | null {
  checkSegment('segment', segment);
  if ((segment.flags & Flag.RST) !== 0) return null;
  const reply = new Segment();
  reply.sourcePort = segment.destinationPort;
  reply.destinationPort = segment.sourcePort;
  if ((segment.flags & Flag.ACK) !== 0) {
    reply.seq = segment.ack;
    reply.flags = Flag.RST;
  } else {
    reply.ack = (segment.seq + segmentLength(segment)) | 0;
    reply.flags = Flag.RST | Flag.ACK;
  }
  return reply;
}
