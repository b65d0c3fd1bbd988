import {
  Flag,
  type Segment,
  type SequenceNumber,
  seqAdd,
  seqDiff,
  seqGt,
  seqLeq,
  seqLt,
} from '@halfclose/codec';

/** The farthest that an urgent pointer reaches. */
const MAX_POINTER = 0xffff;

/** What is known of the octet at the mark: none is pending; its pointer came; the octet came; recv() had it. */
type UrgentOctet = 'none' | 'announced' | 'arrived' | 'taken';

/**
 * The urgent mode of one connection, both ways (RFC 9293, 3.8.5, as RFC 6093 reads it): made when it is first used.
 * Of urgent data of any length only the end is known, and as on BSD and Linux the last octet before it is the one that
 * stands at the mark and can be had out of band.
 */
export class UrgentData {
  /** SND.UP: the octet behind the urgent data; `null`: all of it is acknowledged. */
  sndUp: SequenceNumber | null = null;
  /** The last urgent octet of the peer: RCV.UP less one. Meaningless while nothing is pending. */
  mark: SequenceNumber = 0;
  octet: UrgentOctet = 'none';
  /** The octet at the mark, once it has arrived. */
  value = 0;

  /** Whether the peer is still to be told of SND.UP (Linux tcp_urg_mode). */
  get isSending(): boolean {
    return this.sndUp !== null;
  }

  /** What was acknowledged needs no telling any more. */
  onAcknowledged(una: SequenceNumber): void {
    if (this.sndUp !== null && seqLeq(this.sndUp, una)) this.sndUp = null;
  }

  /** Points from `segment` to SND.UP, or as far as a pointer goes (Linux tcp_transmit_skb). */
  point(segment: Segment, sndNxt: SequenceNumber): void {
    const up = this.sndUp;
    if (up === null || !seqLt(segment.seq, up)) return;
    const ahead = seqDiff(up, segment.seq);
    if (ahead > MAX_POINTER && !seqGt(seqAdd(segment.seq, MAX_POINTER), sndNxt)) return;
    segment.flags |= Flag.URG;
    segment.urgentPointer = Math.min(ahead, MAX_POINTER);
  }

  /** Octets from `copied`, the next one to be read, to the mark; -1: nothing is pending. */
  distance(copied: SequenceNumber): number {
    return this.octet === 'none' ? -1 : seqDiff(this.mark, copied);
  }
}
