import { faultsOfLog, isSameLog } from './canonical.ts';
import type { Log } from './play.ts';

/** Milliseconds in which nothing happens, after which a program counts as over; of one alone: it is to hang for good. */
const SILENCE = 50;
const LONG_SILENCE = 80;
/** The same, for one that has differed: what a busy machine did is not to count. */
const SILENCE_TO_BE_SURE = 400;
/** Runs of a program alone, on either. */
const ALONE = 3;
/** Runs in two threads at a time, and how many times. */
const AT_ONCE = 6;
const TIMES = 5;

/**
 * How a program came out: as on node:net at once; as there when it ran alone; as there with each end in a thread of its own;
 * as there up to what is free at last; or not.
 */
export type Outcome = 'same' | 'same alone' | 'same in threads' | 'same in part' | 'different';

/** Who plays programs: the kernel's network, ours, and the kernel's with each end in a thread of its own. */
export interface Players<P> {
  node(program: P, silence: number): Promise<Log>;
  ours(program: P, silence: number): Promise<Log>;
  apart(program: P, silence: number): Promise<Log>;
}

export interface Verdict {
  readonly outcome: Outcome;
  /** node:net itself came out in two ways. */
  readonly isUnsettled: boolean;
  /** Of ours that is different, and what of it. */
  readonly log: Log;
  readonly runs: readonly Log[];
  readonly faults: readonly string[];
}

/** Plays programs all at once on node:net, twice, and on ours; those that differ alone again, until so many do. */
export async function judge<P>(
  programs: readonly P[],
  players: Players<P>,
  enough = Infinity,
): Promise<Verdict[]> {
  const all = (where: 'node' | 'ours'): Promise<Log[]> =>
    Promise.all(programs.map((program) => players[where](program, SILENCE)));
  const first = await all('node');
  const second = await all('node');
  const actual = await all('ours');
  const verdicts: Verdict[] = [];
  for (const [i, program] of programs.entries()) {
    if (verdicts.filter(({ outcome }) => outcome === 'different').length >= enough) break;
    const runs = [first[i], second[i]] as Log[];
    const log = actual[i] as Log;
    const isUnsettled = !isSameLog(...(runs as [Log, Log]));
    verdicts.push(
      faultsOfLog(log, runs).length === 0
        ? { outcome: 'same', isUnsettled, log, runs, faults: [] }
        : { ...(await judgeTwice(program, players, runs)), isUnsettled },
    );
  }
  return verdicts;
}

async function judgeTwice<P>(program: P, players: Players<P>, before: readonly Log[]): Promise<Verdict> {
  const first = await judgeAlone(program, players, before);
  if (first.outcome !== 'different') return first;
  return judgeAlone(program, players, first.runs, SILENCE_TO_BE_SURE);
}

/** Plays a program alone, several times; `before`: runs on node:net that there are. */
export async function judgeAlone<P>(
  program: P,
  players: Players<P>,
  before: readonly Log[] = [],
  silence = LONG_SILENCE,
): Promise<Verdict> {
  const runs = [...before];
  const logs: Log[] = [];
  for (let i = 0; i < ALONE; i++) {
    const [run, log] = await Promise.all([players.node(program, silence), players.ours(program, silence)]);
    runs.push(run);
    logs.push(log);
  }
  const isUnsettled = runs.some((run) => !isSameLog(run, runs[0] as Log));
  const worst = (isLast: boolean): Log | undefined =>
    logs.find((log) => faultsOfLog(log, runs, isLast).length > 0);
  const fine = (outcome: Outcome): Verdict => ({
    outcome,
    isUnsettled,
    log: logs[0] as Log,
    runs,
    faults: [],
  });
  if (worst(false) === undefined) return fine('same alone');
  for (let time = 0; time < TIMES; time++) {
    const plays = Array.from({ length: AT_ONCE }, () => players.apart(program, SILENCE));
    runs.push(...(await Promise.all(plays)));
    if (worst(false) === undefined) return fine('same in threads');
  }
  const log = worst(true);
  if (log === undefined) return fine('same in part');
  return { outcome: 'different', isUnsettled, log, runs, faults: faultsOfLog(log, runs, true) };
}

/** A difference for people to read. */
export function describeVerdict(program: unknown, { faults, log, runs }: Verdict): string {
  const show = (name: string, each: Log): string =>
    Object.entries(each)
      .map(([actor, { entries, read }]) => {
        const bytes = Object.entries(read).map(([how, one]) => `${how} ${one.bytes}`);
        return [`${name} ${actor} (${bytes.join(', ')})`, ...entries].join('\n    ');
      })
      .join('\n');
  return [JSON.stringify(program), ...new Set(faults), show('ours', log), show('node', runs[0] ?? {})].join(
    '\n',
  );
}
