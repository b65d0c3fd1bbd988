import { Flag, Segment } from '@halfclose/codec';
import type { Profile } from './profile.ts';

/**
 * All that is kept of a connection in TIME-WAIT, or of an orphan in FIN-WAIT-2: enough to acknowledge what the peer sends
 * again and to tell old segments from a new connection's (RFC 9293, 3.6.1; RFC 6191).
 */
export interface ConnectionRecord {
  readonly sndNxt: number;
  rcvNxt: number;
  /** Window field of our acknowledgments, and how far it is shifted (RFC 7323, 2.2). */
  readonly window: number;
  readonly windowShift: number;
  readonly timestamps: boolean;
  tsRecent: number;
  readonly timestampOffset: number;
  /** When an acknowledgment to something without text went out last. */
  lastChallengeAt: number;
}

/** Whether an answer to something without text may go out again, which is then noted. */
export function mayAnswer(entry: ConnectionRecord, now: number, profile: Profile): boolean {
  if (now - entry.lastChallengeAt < profile.challengeAckInterval) return false;
  entry.lastChallengeAt = now;
  return true;
}

/** The acknowledgment that a record sends. */
export function acknowledgmentOf(
  tuple: { readonly localPort: number; readonly remotePort: number },
  entry: ConnectionRecord,
  now: number,
): Segment {
  const reply = new Segment();
  reply.sourcePort = tuple.localPort;
  reply.destinationPort = tuple.remotePort;
  reply.seq = entry.sndNxt;
  reply.ack = entry.rcvNxt;
  reply.flags = Flag.ACK;
  reply.window = entry.window;
  if (entry.timestamps) {
    reply.hasTimestamps = true;
    reply.timestampValue = (Math.floor(now) + entry.timestampOffset) | 0;
    reply.timestampEcho = entry.tsRecent;
  }
  return reply;
}
