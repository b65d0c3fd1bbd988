import { type Segment, seqDiff } from '@halfclose/codec';
import type { Connection } from './connection.ts';

/** What the timestamps of a segment tell (RFC 7323). */

/** TS.Recent says nothing after this long without a segment (section 5.5). */
const TS_RECENT_LIFETIME = 24 * 24 * 3600 * 1000;

/** PAWS: the segment is older than one that has arrived (section 5). */
export function isOldTimestamp({ receiver }: Connection, segment: Segment, now: number): boolean {
  if (seqDiff(segment.timestampValue, receiver.tsRecent) >= 0) return false;
  return now - receiver.tsRecentAt < TS_RECENT_LIFETIME;
}

/** The round trip that an echoed timestamp tells, in milliseconds; -1: it tells none (section 4.1). */
export function echoedRtt(connection: Connection, segment: Segment, now: number): number {
  if (!connection.timestamps || !segment.hasTimestamps || segment.timestampEcho === 0) return -1;
  const rtt = seqDiff(connection.timestampAt(now), segment.timestampEcho);
  return rtt >= 0 ? rtt : -1;
}
