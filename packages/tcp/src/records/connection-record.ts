import { shown } from '@halfclose/codec/arguments';
import { Flag, NO_BYTES, Segment } from '@halfclose/codec';
import { checkIsProfile } from '../profile/check-profile.ts';
import { checkNow } from '../base/check-arguments.ts';
import type { Profile } from '../profile/profile.ts';

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

/** The ports of a record's connection. */
export interface RecordPorts {
  readonly localPort: number;
  readonly remotePort: number;
}

/** The octet that a probe carries where the profile wants one (RFC 9293, 3.8.4, MAY-6). */
const GARBAGE = Uint8Array.of(0);

/**
 * The acknowledgment that a record sends.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function acknowledgmentOf(ports: RecordPorts, record: ConnectionRecord, now: number): Segment {
  checkRecord(record);
  return segmentOf(ports, record, Flag.ACK, record.sndNxt, now);
}

/**
 * What a record sends to hear of its peer: an octet that was acknowledged before, or the number of one.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function probeOf(
  ports: RecordPorts,
  record: ConnectionRecord,
  now: number,
  profile: Profile,
): Segment {
  checkIsProfile(profile);
  checkRecord(record);
  const probe = segmentOf(ports, record, Flag.ACK, (record.sndNxt - 1) | 0, now);
  probe.payload = profile.keepAliveGarbage ? GARBAGE : NO_BYTES;
  return probe;
}

/**
 * The RST by which a record's connection is aborted (RFC 9293, 3.10.5).
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function abortOf(ports: RecordPorts, record: ConnectionRecord, now: number): Segment {
  checkRecord(record);
  return segmentOf(ports, record, Flag.RST | Flag.ACK, record.sndNxt, now);
}

function segmentOf(
  ports: RecordPorts,
  record: ConnectionRecord,
  flags: number,
  seq: number,
  now: number,
): Segment {
  checkPorts(ports);
  checkNow(now);
  const segment = new Segment();
  segment.sourcePort = ports.localPort;
  segment.destinationPort = ports.remotePort;
  segment.seq = seq;
  segment.ack = record.rcvNxt;
  segment.flags = flags;
  segment.window = record.window;
  if (record.timestamps) {
    segment.hasTimestamps = true;
    segment.timestampValue = (Math.floor(now) + record.timestampOffset) | 0;
    segment.timestampEcho = record.tsRecent;
  }
  return segment;
}

/** Throws a TypeError for what is no record of a connection. */
export function checkRecord(record: ConnectionRecord): void {
  const given: unknown = record;
  if (typeof given !== 'object' || given === null || typeof record.sndNxt !== 'number')
    throw new TypeError(`record must be a ConnectionRecord, not ${shown(given)}`);
}

/** Throws a TypeError for what has no ports. */
function checkPorts(ports: RecordPorts): void {
  const given: unknown = ports;
  if (typeof given !== 'object' || given === null || typeof ports.remotePort !== 'number')
    throw new TypeError(`ports must be an object with localPort and remotePort, not ${shown(given)}`);
}
