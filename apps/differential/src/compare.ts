import { errnoName } from '@halfclose/sockets';
import type { HeardPacket } from './heard-packet.ts';
import type { Recording, Seen, StepRecord } from './player.ts';

/** Where two sides differ first. */
export interface Difference {
  /** The step whose consequence it is, from 0. */
  readonly step: number;
  /** What differs, in words that differences of one kind share. */
  readonly kind: string;
  readonly kernel: string;
  readonly ours: string;
}

/**
 * Milliseconds by which the kernel's timers may be late, a tick, and an eighth of what they wait (kernel/time/timer.c); and by which
 * we may be late to read on a machine that has other work.
 */
const TICK = 8;
const LATE = 50;
const WHEEL = 0.15;

/** How far fields of TCP_INFO that measure time may be apart: microseconds, and a share. */
const TIMES: Readonly<Record<string, readonly [number, number]>> = {
  tcpi_rto: [8_000, 0.05],
  tcpi_ato: [4_000, 0],
  tcpi_rtt: [5_000, 0.05],
  tcpi_rttvar: [5_000, 0.05],
  tcpi_min_rtt: [5_000, 0.1],
  tcpi_rcv_rtt: [4_500, 0.1],
  tcpi_busy_time: [10_000, 0.05],
  tcpi_rwnd_limited: [10_000, 0.05],
  tcpi_sndbuf_limited: [10_000, 0.05],
};
/** Linux's numbers of states. */
const SYN_SENT = 2;
const SYN_RECEIVED = 3;
const CLOSED = 7;
/** Milliseconds, longer than any scenario. */
const FOR_EVER = 600_000;
/** What nobody has set before there is an answer. */
const MEANINGLESS_BEFORE: ReadonlySet<string> = new Set([
  'tcpi_rcv_mss',
  'tcpi_rcv_space',
  'tcpi_rttvar',
  ...['tcpi_last_data_sent', 'tcpi_last_data_recv', 'tcpi_last_ack_recv'],
]);
/** The same, in milliseconds. */
const MILLISECONDS: Readonly<Record<string, readonly [number, number]>> = {
  tcpi_last_data_sent: [60, 0],
  tcpi_last_data_recv: [60, 0],
  tcpi_last_ack_recv: [60, 0],
  tcpi_total_rto_time: [60, 0.1],
};

/**
 * All that differs at the first step at which something does, without what is known; none: the two sides behaved alike.
 */
export function compare(
  kernel: Recording,
  ours: Recording,
  isKnown: (difference: Difference) => boolean,
): Difference[] {
  const differences = [
    ...comparePackets(kernel, ours),
    ...kernel.steps.flatMap((step, i) => {
      const other = ours.steps[i];
      return other === undefined ? [] : compareSteps(i, step, other);
    }),
    ...compareClosing(kernel, ours),
  ].filter((difference) => !isKnown(difference));
  const first = Math.min(...differences.map(({ step }) => step));
  return differences.filter(({ step }) => step === first);
}

function comparePackets(kernel: Recording, ours: Recording): Difference[] {
  const count = Math.max(kernel.packets.length, ours.packets.length);
  for (let i = 0; i < count; i++) {
    const theirs = kernel.packets[i];
    const own = ours.packets[i];
    const step = Math.min(theirs?.step ?? Infinity, own?.step ?? Infinity) - 1;
    if (theirs === undefined || own === undefined || theirs.text !== own.text)
      return [{ step, kind: kindOfPackets(theirs, own), kernel: textOf(theirs), ours: textOf(own) }];
    if (theirs.window !== own.window)
      return [{ step, kind: 'window', kernel: textOf(theirs), ours: textOf(own) }];
    const before = Math.min(kernel.steps[theirs.step - 1]?.at ?? 0, kernel.packets[i - 1]?.at ?? 0);
    const since = theirs.at - before;
    if (Math.abs(theirs.at - own.at) > TICK + LATE + WHEEL * since)
      return [{ step, kind: 'time of a packet', kernel: textOf(theirs), ours: textOf(own) }];
  }
  return [];
}

function kindOfPackets(theirs: HeardPacket | undefined, own: HeardPacket | undefined): string {
  const flags = (packet: HeardPacket | undefined): string => packet?.text.split(' ')[0] ?? 'nothing';
  return `packet: ${flags(theirs)} there, ${flags(own)} here`;
}

function textOf(packet: HeardPacket | undefined): string {
  return packet === undefined ? 'nothing' : `${packet.at.toFixed(1)} ms ${packet.text} win ${packet.window}`;
}

function compareSteps(step: number, kernel: StepRecord, ours: StepRecord): Difference[] {
  const differences: Difference[] = [];
  const add = (kind: string, theirs: string, own: string): void => {
    if (theirs !== own) differences.push({ step, kind, kernel: theirs, ours: own });
  };
  add('result of a call', resultText(kernel.result), resultText(ours.result));
  add('state', kernel.state, ours.state);
  for (const slot of new Set([...kernel.seen.keys(), ...ours.seen.keys()]))
    compareSeen(kernel.seen.get(slot), ours.seen.get(slot), add);
  return differences;
}

function compareSeen(
  kernel: Seen | undefined,
  ours: Seen | undefined,
  add: (kind: string, kernel: string, ours: string) => void,
): void {
  if (kernel === undefined || ours === undefined) {
    add('descriptor', kernel === undefined ? 'none' : 'open', ours === undefined ? 'none' : 'open');
    return;
  }
  add('poll', hex(kernel.poll), hex(ours.poll));
  if (kernel.queues !== null && ours.queues !== null && kernel.info?.['tcpi_state'] !== CLOSED)
    for (const [i, name] of ['SIOCINQ', 'SIOCOUTQ', 'SIOCATMARK'].entries())
      add(name, String(kernel.queues[i]), String(ours.queues[i]));
  // Without a connection there is nothing in it that would be worth a look.
  if (kernel.info === null || ours.info === null) return;
  const state = kernel.info['tcpi_state'] ?? 0;
  for (const [name, theirs] of Object.entries(kernel.info)) {
    const own = ours.info[name];
    if (own === undefined || isClose(name, theirs, own) || isVoid(name, state, theirs)) continue;
    add(name, String(theirs), String(own));
  }
}

/** Of a connection that is over Linux keeps what it was; of one that is not there yet, what no one has set. */
function isVoid(name: string, state: number, value: number): boolean {
  // Of what never was Linux counts from when the machine started.
  if (name.startsWith('tcpi_last_') && value > FOR_EVER) return true;
  if (state === CLOSED) return name !== 'tcpi_state';
  return (state === SYN_SENT || state === SYN_RECEIVED) && MEANINGLESS_BEFORE.has(name);
}

function isClose(name: string, theirs: number, own: number): boolean {
  const tolerance = TIMES[name] ?? MILLISECONDS[name];
  if (tolerance === undefined) return theirs === own;
  return Math.abs(theirs - own) <= tolerance[0] + tolerance[1] * Math.max(theirs, own);
}

function compareClosing(kernel: Recording, ours: Recording): Difference[] {
  const step = kernel.steps.length - 1;
  const [theirs, own] = [kernel.closedAt, ours.closedAt];
  if (theirs === null && own === null) return [];
  if (theirs !== null && own !== null && Math.abs(theirs - own) <= 2 * TICK + LATE + WHEEL * theirs)
    return [];
  const text = (at: number | null): string => (at === null ? 'not yet' : `${at.toFixed(1)} ms`);
  return [{ step, kind: 'return of close()', kernel: text(theirs), ours: text(own) }];
}

function resultText(result: string): string {
  return /^-\d+$/.test(result) ? (errnoName(Number(result)) ?? result) : result;
}

function hex(bits: number): string {
  return `0x${bits.toString(16)}`;
}
