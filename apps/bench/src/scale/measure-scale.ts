import type { Build } from '../build.ts';
import { costOf } from '../cost/meter.ts';
import { SCALE_ROWS, type ScaleRow } from './scale-rows.ts';

/** What an operation cost, in microseconds of the CPU, for each of the sizes. */
export interface ScaleFigures {
  readonly name: string;
  readonly among: string;
  readonly sizes: readonly number[];
  readonly costs: readonly number[];
}

/** Readings of each size, in turn with those of the other sizes. */
const READINGS = 7;

/**
 * Measures the rows that match. All sizes of a row are there at the same time, and are read in turn, so that what else the
 * machine does is much the same for all of them; the least of the readings counts.
 */
export async function measureScale(
  build: Build,
  matches: (row: ScaleRow) => boolean,
  onRow: (row: ScaleFigures) => void,
): Promise<ScaleFigures[]> {
  const figures: ScaleFigures[] = [];
  for (const row of SCALE_ROWS.filter(matches)) {
    const { name, among, sizes, operations } = row;
    const runs = sizes.map((size) => row.prepare(build, size));
    const costs = sizes.map(() => Infinity);
    for (let reading = 0; reading <= READINGS; reading++) {
      for (const [i, run] of runs.entries()) {
        const { cpu } = await costOf(operations, () => {
          run(operations);
        });
        // The first is to warm up.
        if (reading > 0) costs[i] = Math.min(costs[i] ?? Infinity, cpu);
      }
    }
    const figure = { name, among, sizes, costs };
    figures.push(figure);
    onRow(figure);
  }
  return figures;
}
