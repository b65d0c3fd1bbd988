import { Flag, type Segment } from '@halfclose/codec';
import { checkSegment } from '../base/check-arguments.ts';

/** What a listener does with a segment that belongs to none of its connections. */
export type ListenVerdict = 'ignore' | 'reset' | 'open';

/**
 * RFC 9293, 3.10.7.2: first RST, then ACK, then SYN; SYN+FIN is dropped, as Linux does.
 *
 * @throws TypeError for what is no segment
 */
export function receiveInListen(segment: Segment): ListenVerdict {
  checkSegment('segment', segment);
  const { flags } = segment;
  if ((flags & Flag.RST) !== 0) return 'ignore';
  if ((flags & Flag.ACK) !== 0) return 'reset';
  if ((flags & Flag.SYN) === 0 || (flags & Flag.FIN) !== 0) return 'ignore';
  return 'open';
}
