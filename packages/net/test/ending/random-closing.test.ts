import { patience } from '@halfclose/test-support';
import { expect, it } from 'vitest';
import type { Socket, SocketCloseReport } from '../../src/index.ts';
import { twoHosts } from '../network/two-hosts.ts';

/** Programs that do anything at any time, many of them; `HALFCLOSE_RUNS` asks for more. */
const RUNS = Number(process.env['HALFCLOSE_RUNS'] ?? 80);
/** The octet at `i` is `i` modulo 251: a prime, so that no power of two repeats it. */
const PATTERN = Uint8Array.from({ length: 5_000_000 + 251 }, (_, i) => i % 251);
/** After so much virtual time everything has ended, whatever the network does. */
const HORIZON = 3_000_000;

/** A number below `n`, the same in every run (xorshift32). */
type Dice = (n: number) => number;

function dice(seed: number): Dice {
  let x = (seed * 2_654_435_761) | 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
}

/** So many of what programs do end nothing. */
const CALM = 6;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One end, what its program did, and what it was told. */
class End {
  readonly socket: Socket;
  readonly #roll: Dice;
  readonly #sizes = [1, 1000, 20_000, 1_000_000, 5_000_000];
  written = 0;
  read = 0;
  inOrder = true;
  waitingCallbacks = 0;
  waitingCloses = 0;
  readonly reports = new Set<SocketCloseReport>();
  readonly events: string[] = [];
  /** How much it does: nothing; writes, pauses and goes on; or ends its stream, closes and destroys as well. */
  mood: 'asleep' | 'calm' | 'wild' = 'wild';

  constructor(socket: Socket, roll: Dice) {
    this.socket = socket;
    this.#roll = roll;
    socket.on('data', (chunk: Buffer) => {
      this.inOrder &&= chunk[0] === this.read % 251 && chunk.at(-1) === (this.read + chunk.length - 1) % 251;
      this.read += chunk.length;
      this.#told('data', 40);
    });
    for (const name of ['connect', 'end', 'finish', 'error', 'close'] as const) {
      socket.on(name as 'connect', () => {
        this.events.push(name);
        this.#told(name, 4);
      });
    }
    if (roll(3) === 0) socket.on('tcpstate', () => this.#told('tcpstate', 8));
  }

  /** Does something in a listener, one time of `seldom`. */
  #told(name: string, seldom: number): void {
    if (name !== 'close' && this.events.includes('close') && name !== 'tcpstate')
      this.events.push(`late ${name}`);
    if (this.#roll(seldom) === 0) this.act();
  }

  act(): void {
    const { socket } = this;
    const acts: (() => unknown)[] = [
      () => this.write(),
      () => this.write(),
      () => this.write(),
      () => socket.pause(),
      () => socket.resume(),
      () => socket.resume(),
      () => socket.end(),
      () => socket.shutdown('read'),
      () => socket.setLinger(this.#roll(3) > 0, this.#roll(4)),
      () => this.close(),
      () => this.close(),
      () => socket.destroySoon(),
      () => socket.destroy(),
      () => socket.destroy(new Error('boom')),
      () => socket.resetAndDestroy(),
    ];
    if (this.mood !== 'asleep') acts[this.#roll(this.mood === 'calm' ? CALM : acts.length)]?.();
  }

  close(): void {
    this.waitingCloses++;
    void this.socket.close().then(
      (report) => {
        this.waitingCloses--;
        this.reports.add(report);
      },
      () => this.waitingCloses--,
    );
  }

  write(size = this.#sizes[this.#roll(this.#sizes.length)] ?? 0): void {
    if (this.socket.writableEnded || this.socket.destroyed) return;
    const from = this.written;
    this.written += size;
    this.waitingCallbacks++;
    const text = PATTERN.subarray(from % 251, (from % 251) + size);
    this.socket.write(text, () => this.waitingCallbacks--);
  }
}

/** Plays one program at each end, up to the end of everything. */
async function play(seed: number): Promise<{ ends: End[]; left: number }> {
  const roll = dice(seed);
  const { clock, link, near, far } = twoHosts({ delay: [0, 1, 10, 100][roll(4)] ?? 0 });
  const options = (): object => ({
    allowHalfOpen: roll(2) === 0,
    ...(roll(3) === 0 && { unread: 'strict' }),
    ...(roll(3) === 0 && { linger: roll(4) }),
  });
  const ends: End[] = [];
  const listener = far.createServer(options(), (peer) => ends.push(new End(peer, roll))).listen(80);
  await turn();
  ends.push(new End(near.connect({ port: 80, host: '10.0.0.2', ...options() }), roll));
  const calmFor = roll(3) * roll(20);
  for (let step = 0; step < calmFor + 3 + roll(10); step++) {
    const one = ends[roll(ends.length)];
    if (one !== undefined) one.mood = step < calmFor ? 'calm' : 'wild';
    one?.act();
    if (roll(16) === 0) link.partition();
    if (roll(10) === 0) link.heal();
    if (roll(2) === 0) await turn();
    clock.advanceBy([0, 1, 10, 50, 1000][roll(5)] ?? 0);
  }
  if (roll(5) > 0) link.heal();
  else link.partition();
  const end = async (): Promise<void> => {
    const horizon = clock.now() + HORIZON;
    const more = patience('there is something to do', 1_000_000);
    for (let idle = 0; idle < 3 && clock.now() < horizon; more()) {
      await turn();
      clock.runTasks();
      await turn();
      idle = clock.hasWork || clock.step() ? 0 : idle + 1;
    }
  };
  // One program in two ends first, while the other one sleeps for ever.
  const [first, sleeper] = roll(2) === 0 ? ends : [...ends].reverse();
  if (roll(2) === 0 && first !== undefined && sleeper !== undefined) {
    sleeper.mood = 'asleep';
    sleeper.socket.pause();
    // More than the buffers of both ends hold.
    for (let i = 0; i < 4; i++) first.write(5_000_000);
    first.close();
    await end();
    expect({ seed, waitingCloses: first.waitingCloses }).toEqual({ seed, waitingCloses: 0 });
    sleeper.mood = 'wild';
  }
  const reads = roll(3) > 0;
  for (const { socket } of ends) if (reads) socket.resume();
  for (const each of ends) each.close();
  listener.close();
  await end();
  return { ends, left: near.connections().length + far.connections().length };
}

it(`whatever ${RUNS} programs do, each close() settles, no octet is mixed up, and reports are true`, async () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const { ends, left } = await play(seed);
    const told = ends.map((end) => ({
      seed,
      inOrder: end.inOrder,
      waitingCallbacks: end.waitingCallbacks,
      waitingCloses: end.waitingCloses,
      reports: end.reports.size <= 1,
      closes: end.events.filter((name) => name === 'close').length,
      late: end.events.filter((name) => name.startsWith('late')),
    }));
    const fine = {
      seed,
      inOrder: true,
      waitingCallbacks: 0,
      waitingCloses: 0,
      reports: true,
      closes: 1,
      late: [],
    };
    expect(told).toEqual(ends.map(() => fine));
    expect({ seed, left }).toEqual({ seed, left: 0 });
    for (const [index, end] of ends.entries()) {
      const report = end.socket.closeReport;
      const other = ends[1 - index];
      if (report === null) continue;
      expect(report.octets.written, `seed ${seed}`).toBeLessThanOrEqual(end.written);
      if (report.orderly) expect(report.octets.lost, `seed ${seed}`).toBe(0);
      if (report.orderly && other?.socket.closeReport?.orderly === true) {
        expect(other.read + other.socket.closeReport.octets.buffered, `seed ${seed}`).toBe(end.written);
      }
    }
  }
}, 120_000);
