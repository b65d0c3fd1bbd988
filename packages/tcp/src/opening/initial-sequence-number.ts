import { checkAddress, checkFunction, checkInteger, checkObject } from '@halfclose/codec/arguments';
import type { IpAddress, SequenceNumber } from '@halfclose/codec';
import { checkNow } from '../base/check-arguments.ts';

/**
 * A keyed hash of 32-bit words, such as SipHash: 32 bits that nobody can predict without the key. The words are those of the
 * call alone: it keeps no reference to them.
 */
export type KeyedHash = (words: Uint32Array) => number;

/** The four numbers of a connection, in one order for all hashes. */
export interface FourTuple {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
}

/** What {@link tupleWords} gives each time: an array of its own took 250 bytes and more time than its hash, twice a connection. */
const WORDS = new Uint32Array(10);

/** What is hashed of a connection, until the next call; `salt` keeps the uses of one key apart. */
export function tupleWords(tuple: FourTuple, salt: number): Uint32Array {
  const { localAddress: l, remoteAddress: r } = tuple;
  WORDS[0] = l.word0;
  WORDS[1] = l.word1;
  WORDS[2] = l.word2;
  WORDS[3] = l.word3;
  WORDS[4] = r.word0;
  WORDS[5] = r.word1;
  WORDS[6] = r.word2;
  WORDS[7] = r.word3;
  WORDS[8] = (tuple.localPort << 16) | tuple.remotePort;
  WORDS[9] = salt;
  return WORDS;
}

/**
 * ISN = M + F(localip, localport, remoteip, remoteport, secretkey) (RFC 6528, section 3; RFC 9293, 3.4.1, MUST-8,
 * SHLD-1). `now` in milliseconds; M ticks every 4 microseconds. The secret is in `hash`.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function initialSequenceNumber(tuple: FourTuple, hash: KeyedHash, now: number): SequenceNumber {
  checkTuple(tuple);
  checkHash(hash);
  checkNow(now);
  return (hash(tupleWords(tuple, 0x49534e)) + Math.floor((now * 250) % 2 ** 32)) | 0;
}

/**
 * What to add to the clock for TSval, so that it tells no uptime (RFC 7323, 5.4 and 7). The same for all ports of a pair.
 *
 * @throws TypeError that names the argument which is none
 */
export function timestampOffset(local: IpAddress, remote: IpAddress, hash: KeyedHash): number {
  checkAddress('local', local);
  checkAddress('remote', remote);
  checkHash(hash);
  return (
    hash(tupleWords({ localAddress: local, localPort: 0, remoteAddress: remote, remotePort: 0 }, 0x5453)) | 0
  );
}

/**
 * Where the search for an ephemeral port begins, the same for one destination: F of RFC 6056, 3.3.4, algorithm 4.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function portOffset(tuple: FourTuple, hash: KeyedHash): number {
  checkTuple(tuple);
  checkHash(hash);
  return hash(tupleWords(tuple, 0x504f5254)) >>> 0;
}

/** Throws a TypeError or RangeError for what are no four numbers of a connection. */
export function checkTuple(tuple: FourTuple): void {
  checkObject('tuple', tuple, 'a FourTuple');
  checkAddress('tuple.localAddress', tuple.localAddress);
  checkInteger('tuple.localPort', tuple.localPort, 0, 0xffff);
  checkAddress('tuple.remoteAddress', tuple.remoteAddress);
  checkInteger('tuple.remotePort', tuple.remotePort, 0, 0xffff);
}

/** Throws a TypeError for what is no hash. */
export function checkHash(hash: KeyedHash): void {
  checkFunction('hash', hash);
}
