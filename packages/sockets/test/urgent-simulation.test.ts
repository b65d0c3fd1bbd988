import { Random } from '@halfclose/netem';
import { expect, it } from 'vitest';
import { MSG_OOB, SHUT_WR, type TcpSocket } from '../src/index.ts';
import { TwoHosts } from './two-hosts.ts';

/** HALFCLOSE_SEEDS=n runs so many; HALFCLOSE_SEED=n that one. */
const ONLY = process.env['HALFCLOSE_SEED'];
const SEEDS =
  ONLY === undefined
    ? Array.from({ length: Number(process.env['HALFCLOSE_SEEDS'] ?? 20) }, (_, i) => i + 1)
    : [Number(ONLY)];

/** Octets from here on were sent as urgent, and others not. */
const URGENT = 128;
const WRITES = 120;

interface Run {
  readonly written: readonly number[];
  /** Through recv() without flags. */
  readonly read: readonly number[];
  /** Through recv() with MSG_OOB. */
  readonly taken: readonly number[];
}

/** One direction over a bad link: text and urgent octets in any order, read in pieces of any size. */
function run(seed: number, inline: boolean): Run {
  const random = new Random(seed);
  const below = (limit: number): number => random.below(limit);
  const net = new TwoHosts({}, { seed });
  const { a, b } = net.connected();
  const badness = { loss: 0.05, duplicate: 0.02, reorder: { probability: 0.1, delay: 40 } };
  net.link.aToB.set(badness);
  net.link.bToA.set(badness);
  if (inline) b.setsockopt('SO_OOBINLINE', 1);
  const written: number[] = [];
  const read: number[] = [];
  const taken: number[] = [];
  let writes = 0;
  for (let steps = 0; steps < 20_000; steps++) {
    if (writes < WRITES && below(3) === 0) {
      writes++;
      written.push(...write(a, below));
      if (writes === WRITES) a.shutdown(SHUT_WR);
    }
    net.clock.advanceBy(below(30));
    if (below(4) === 0) taken.push(...octetsOf(b, 1, MSG_OOB));
    if (below(3) !== 0) continue;
    const before = read.length;
    read.push(...octetsOf(b, 1 + below(3000), 0));
    if (read.length === before && b.connection?.receiver.finReceived === true && b.readable === 0) {
      return { written, read, taken };
    }
  }
  throw new Error('it does not come to an end');
}

/** Writes 1 to 2000 octets, of which the last may be urgent; returns what was taken of them. */
function write(socket: TcpSocket, below: (limit: number) => number): Uint8Array {
  const text = Uint8Array.from({ length: 1 + below(below(2) === 0 ? 5 : 2000) }, () => below(URGENT));
  const isUrgent = below(3) === 0;
  if (isUrgent) text[text.length - 1] = URGENT + below(URGENT);
  const count = socket.send(text, isUrgent ? MSG_OOB : 0);
  expect(count, 'the send buffer holds it all').toBe(text.length);
  return text;
}

function octetsOf(socket: TcpSocket, most: number, flags: number): Uint8Array {
  const target = new Uint8Array(most);
  return target.subarray(0, Math.max(0, socket.recv(target, flags)));
}

/** Whether `read` is `written` with nothing but urgent octets left out. */
function lacksUrgentOnly({ read, written }: Run): boolean {
  let at = 0;
  for (const octet of read) {
    while (at < written.length && written[at] !== octet && (written[at] ?? 0) >= URGENT) at++;
    if (written[at] !== octet) return false;
    at++;
  }
  return written.slice(at).every((octet) => octet >= URGENT);
}

it.each(SEEDS)('over a bad link, urgent octets alone are left out of the text (seed %i)', (seed) => {
  const result = run(seed, false);
  expect(lacksUrgentOnly(result)).toBe(true);
  expect(result.taken.every((octet) => octet >= URGENT)).toBe(true);
});

it.each(SEEDS)('over a bad link, nothing is left out with SO_OOBINLINE (seed %i)', (seed) => {
  const { written, read, taken } = run(seed, true);
  expect([read.length, taken]).toEqual([written.length, []]);
  expect(read).toEqual(written);
});

it('urgent octets are taken out of band in these runs', () => {
  expect(SEEDS.flatMap((seed) => run(seed, false).taken).length).toBeGreaterThan(SEEDS.length);
});
