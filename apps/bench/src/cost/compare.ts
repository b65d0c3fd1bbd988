import { median } from '../rounds.ts';
import { COSTS, type CostRow, type Reading } from './costs.ts';
import { MeasuringProcess } from './measuring-process.ts';

/** A figure of several readings: the median, and the least and the most of them. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** What an operation costs, of one build or of two. */
export interface CostFigures {
  readonly name: string;
  readonly operation: string;
  readonly unit: CostRow['unit'];
  readonly isFloor: boolean;
  readonly cost: Spread;
  /** Of the wall's clock; `null` where the row is not of time, or has not measured it. */
  readonly wall: Spread | null;
  /** The same of the build that is compared with, and what part of it ours takes, of each pair of readings. */
  readonly against: { readonly cost: Spread; readonly part: Spread } | null;
  /** What part it is to be. */
  readonly goal: number | null;
  /** The most that it is to be, in the unit. */
  readonly most: number | null;
}

/** The readings of one process, and of the one that took turns with it. */
interface Round {
  readonly ours: readonly Reading[];
  readonly theirs: readonly Reading[];
}

/**
 * Measures the rows whose name matches, in as many rounds, each in fresh processes. With `against`, a checkout that has been
 * built, one process for either build, which take readings of some tenths of a second in turn: what else the machine does is
 * much the same for both of a pair.
 */
export async function measureCosts(
  checkout: string,
  against: string | null,
  rounds: number,
  matches: (name: string) => boolean,
  onRow: (row: CostFigures) => void,
): Promise<CostFigures[]> {
  const figures: CostFigures[] = [];
  for (const row of COSTS) {
    if (!matches(row.name)) continue;
    const taken: Round[] = [];
    for (let i = 0; i < rounds; i++) taken.push(await oneRound(row, checkout, against));
    const figure = figuresOf(row, taken);
    figures.push(figure);
    onRow(figure);
  }
  return figures;
}

async function oneRound(row: CostRow, checkout: string, against: string | null): Promise<Round> {
  const ours: Reading[] = [];
  const theirs: Reading[] = [];
  const us = await MeasuringProcess.start(row, checkout);
  const them = against === null ? null : await MeasuringProcess.start(row, against);
  for (let i = 0; i < row.readings; i++) {
    // Each is first in every other pair.
    if (i % 2 === 0) ours.push(await us.read());
    if (them !== null) theirs.push(await them.read());
    if (i % 2 === 1) ours.push(await us.read());
  }
  await us.end();
  await them?.end();
  return { ours, theirs };
}

function figuresOf(row: CostRow, rounds: readonly Round[]): CostFigures {
  const { name, operation, unit, isFloor, goal, most } = row;
  const compared = rounds.every(({ theirs }) => theirs.length > 0);
  const hasWall = rounds.every(({ ours }) => ours.every(({ wall }) => wall !== null));
  return {
    name,
    operation,
    unit,
    isFloor,
    goal,
    most,
    cost: spread(rounds.map(({ ours }) => quietest(ours, ({ cost }) => cost))),
    wall: hasWall ? spread(rounds.map(({ ours }) => quietest(ours, ({ wall }) => wall ?? NaN))) : null,
    against: compared
      ? {
          cost: spread(rounds.map(({ theirs }) => quietest(theirs, ({ cost }) => cost))),
          part: spread(rounds.map(partOf)),
        }
      : null,
  };
}

/**
 * The lower quartile. What else runs on a machine takes its caches, and on a shared core its pipelines, which makes all work
 * dearer, and none cheaper: the quieter parts of a run are those that repeat.
 */
function quietest(readings: readonly Reading[], pick: (reading: Reading) => number): number {
  return readings.map(pick).sort((a, b) => a - b)[readings.length >> 2] ?? NaN;
}

/** What part ours are of theirs: the median of the pairs. */
function partOf({ ours, theirs }: Round): number {
  return median(ours.map(({ cost }, i) => cost / (theirs[i]?.cost ?? NaN)));
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
