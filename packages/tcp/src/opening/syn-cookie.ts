import { Flag, Segment, type SequenceNumber, seqAdd } from '@halfclose/codec';
import { checkInteger, checkNumber } from '@halfclose/codec/arguments';
import { checkHash, checkTuple } from './initial-sequence-number.ts';
import { checkIsProfile } from '../profile/check-profile.ts';
import { checkNow, checkSegment } from '../base/check-arguments.ts';
import { type FourTuple, type KeyedHash, tupleWords } from './initial-sequence-number.ts';
import type { Profile } from '../profile/profile.ts';
import { MAX_WINDOW_SHIFT } from '../receiving/receive-window.ts';

/*
 * SYN cookies (RFC 4987, section 3.6 and appendix A), in the form that Linux gave them: the ISS is
 *
 *   hash(tuple, IRS) + (minute << 24) + (hash(tuple, IRS, minute) mod 2^24, its two high bits XOR the MSS's index)
 *
 * What else the SYN asked for stands in the low bits of the timestamp that the peer echoes. Without timestamps it is
 * lost: such a connection has neither window scaling, SACK nor ECN, and in either case an MSS of the table below.
 * Linux differs: it adds IRS and index instead, so that with one of them a little off it finds another MSS.
 */

/** MSS values that a cookie can tell: the largest that is not above the peer's is taken, the first at least. */
const MSS_IPV4 = [536, 1300, 1440, 1460];
const MSS_IPV6 = [1220, 1420, 1440, 8940];

const MINUTE = 60_000;
/** Bits of a cookie below those that tell the minute. */
const DATA_BITS = 24;
const DATA_MASK = 0xff_ffff;
/** Of these, the ones that only tell that the cookie is ours. */
const CHECK_BITS = 22;
const CHECK_MASK = 0x3f_ffff;
/** A cookie is good in the minute that it was made in, and in the next. */
const MAX_AGE = 2;

/** How long after the last cookie an acknowledgment may still bring one back. Milliseconds. */
export const COOKIE_LIFETIME = MAX_AGE * MINUTE;

const SALT = 0x434b;
/** Stands for no minute at all. */
const TIMELESS = -1;

// The low bits of the timestamp.
const SHIFT_MASK = 0x0f;
const NO_SCALING = SHIFT_MASK;
const SACK_BIT = 0x10;
const ECN_BIT = 0x20;
const OPTION_BITS = SHIFT_MASK | SACK_BIT | ECN_BIT;

/**
 * The ISS that stands for a SYN with the sequence number `irs` and the MSS option `mss` (-1: it has none). `now` in milliseconds.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function cookieOf(
  tuple: FourTuple,
  irs: SequenceNumber,
  mss: number,
  hash: KeyedHash,
  now: number,
): SequenceNumber {
  checkTuple(tuple);
  checkNumber('irs', irs, -Number.MAX_VALUE, Number.MAX_VALUE);
  checkInteger('mss', mss, -1, 0xffff);
  checkHash(hash);
  checkNow(now);
  const minute = Math.floor(now / MINUTE);
  const table = tuple.localAddress.isIPv4 ? MSS_IPV4 : MSS_IPV6;
  let index = table.length - 1;
  while (index > 0 && mss < (table[index] ?? 0)) index--;
  const data = (hashOf(tuple, irs, minute, hash) & DATA_MASK) ^ (index << CHECK_BITS);
  return (hashOf(tuple, irs, TIMELESS, hash) + (minute << DATA_BITS) + data) | 0;
}

/** The MSS that a cookie tells; 0: it is none of ours, or too old. */
function mssOf(
  tuple: FourTuple,
  irs: SequenceNumber,
  cookie: SequenceNumber,
  hash: KeyedHash,
  now: number,
): number {
  const minute = Math.floor(now / MINUTE);
  const rest = (cookie - hashOf(tuple, irs, TIMELESS, hash)) | 0;
  const age = (minute - (rest >>> DATA_BITS)) & 0xff;
  if (age >= MAX_AGE) return 0;
  const data = (rest ^ hashOf(tuple, irs, minute - age, hash)) & DATA_MASK;
  if ((data & CHECK_MASK) !== 0) return 0;
  const table = tuple.localAddress.isIPv4 ? MSS_IPV4 : MSS_IPV6;
  return table[data >>> CHECK_BITS] ?? 0;
}

function hashOf(tuple: FourTuple, irs: SequenceNumber, minute: number, hash: KeyedHash): number {
  const known = tupleWords(tuple, SALT);
  const words = new Uint32Array(known.length + 2);
  words.set(known);
  words[known.length] = irs;
  words[known.length + 1] = minute;
  return hash(words);
}

/**
 * The SYN as it may be answered with a cookie: what nothing would tell again is not granted.
 *
 * @throws TypeError that names the argument which is none
 */
export function withoutWhatNoCookieKeeps(syn: Segment, profile: Profile): Segment {
  checkSegment('syn', syn);
  checkIsProfile(profile);
  if (syn.hasTimestamps && profile.timestamps) return syn;
  const bare = Object.assign(new Segment(), syn);
  bare.windowScale = -1;
  bare.sackPermitted = false;
  bare.flags = syn.flags & ~(Flag.ECE | Flag.CWR);
  return bare;
}

/**
 * Puts what `answer`, a SYN+ACK not sent yet, grants of what `syn` asked for into the timestamp of `answer`, which
 * thereby goes back by at most 63 ms. `offset`: what was added to the clock to make it.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function keepOptionsInTimestamp(answer: Segment, syn: Segment, offset: number): void {
  checkSegment('answer', answer);
  checkSegment('syn', syn);
  checkNumber('offset', offset, -Number.MAX_VALUE, Number.MAX_VALUE);
  if (!answer.hasTimestamps) return;
  const shift = answer.windowScale >= 0 ? Math.min(syn.windowScale, MAX_WINDOW_SHIFT) : NO_SCALING;
  const options =
    shift | (answer.sackPermitted ? SACK_BIT : 0) | ((answer.flags & Flag.ECE) !== 0 ? ECN_BIT : 0);
  const clock = (answer.timestampValue - offset) | 0;
  const ahead = options > (clock & OPTION_BITS) ? OPTION_BITS + 1 : 0;
  answer.timestampValue = ((clock & ~OPTION_BITS) + options - ahead + offset) | 0;
}

/**
 * The SYN that a cookie answered, put together again from the acknowledgment that returned the cookie; `null`: the
 * acknowledgment returns none of ours, or options that `profile` does not have.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function synBehindCookie(
  tuple: FourTuple,
  segment: Segment,
  timestampOffset: number,
  profile: Profile,
  hash: KeyedHash,
  now: number,
): Segment | null {
  checkTuple(tuple);
  checkSegment('segment', segment);
  checkNumber('timestampOffset', timestampOffset, -Number.MAX_VALUE, Number.MAX_VALUE);
  checkIsProfile(profile);
  checkHash(hash);
  checkNow(now);
  const syn = new Segment();
  syn.seq = seqAdd(segment.seq, -1);
  syn.maximumSegmentSize = mssOf(tuple, syn.seq, seqAdd(segment.ack, -1), hash, now);
  if (syn.maximumSegmentSize === 0) return null;
  syn.sourcePort = segment.sourcePort;
  syn.destinationPort = segment.destinationPort;
  syn.flags = Flag.SYN;
  syn.window = segment.window;
  if (!segment.hasTimestamps) return syn;
  if (!profile.timestamps) return null;
  syn.hasTimestamps = true;
  syn.timestampValue = segment.timestampValue;
  const options = (segment.timestampEcho - timestampOffset) & OPTION_BITS;
  syn.sackPermitted = (options & SACK_BIT) !== 0;
  if ((options & ECN_BIT) !== 0) syn.flags |= Flag.ECE | Flag.CWR;
  const shift = options & SHIFT_MASK;
  syn.windowScale = shift === NO_SCALING ? -1 : shift;
  if ((syn.sackPermitted && !profile.sack) || (syn.windowScale >= 0 && !profile.windowScaling)) return null;
  return syn;
}
