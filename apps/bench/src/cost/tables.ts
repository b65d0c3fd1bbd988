import Table from 'cli-table3';
import { figure } from '../figure.ts';
import type { CostFigures, Spread } from './compare.ts';
import type { ProfileShare, ProfileSummary } from './profile.ts';

/** What operations cost, as a table for people. */
export function costTable(rows: readonly CostFigures[]): string {
  const compared = rows.some(({ against }) => against !== null);
  const out = new Table({
    head: [
      '',
      'unit',
      'cost',
      'of the wall',
      ...(compared ? ['compared with', 'part of it'] : []),
      'goal',
      '',
    ],
    colAligns: ['left', 'left', 'right', 'right', ...(compared ? (['right', 'right'] as const) : []), 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    const { against, wall } = row;
    out.push([
      row.name,
      unitOf(row),
      spreadText(row.cost),
      wall === null ? '' : figure(wall.median),
      ...(compared
        ? [against === null ? '' : spreadText(against.cost), against === null ? '' : spreadText(against.part)]
        : []),
      goalText(row),
      costVerdict(row),
    ]);
  }
  return out.toString();
}

/** What an operation costs in which unit. */
export function unitOf({ unit, operation }: Pick<CostFigures, 'unit' | 'operation'>): string {
  return `${unit} / ${operation}`;
}

/** The median, and in parentheses the least and the most of what was read. */
export function spreadText({ median, least, most }: Spread): string {
  return least === most ? figure(median) : `${figure(median)} (${figure(least)} to ${figure(most)})`;
}

/** What a row is to reach, in words; nothing where it is to reach nothing. */
export function goalText({ goal, most }: Pick<CostFigures, 'goal' | 'most'>): string {
  if (most !== null) return `<= ${figure(most)}`;
  return goal === null ? '' : `<= ${figure(goal)} of it`;
}

/** Whether it has: nothing where there is no goal, or nothing to compare with. */
export function costVerdict({ cost, against, goal, most }: CostFigures): string {
  if (most !== null) return cost.median <= most ? 'met' : 'missed';
  if (goal === null || against === null) return '';
  return against.part.median <= goal ? 'met' : 'missed';
}

/** What a profile says, in lines. */
export function profileText({ file, packages, functions }: ProfileSummary): string {
  const lines = (shares: readonly ProfileShare[]): string[] =>
    shares.map(({ name, share }) => `${(share * 100).toFixed(1).padStart(6)} %  ${name}`);
  return [...lines(packages), '', ...lines(functions.slice(0, 60)), '', file].join('\n');
}
