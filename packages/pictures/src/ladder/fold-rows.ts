import type { LadderNoteRow, LadderPacketRow } from '@halfclose/trace';

/** Rows that are not drawn. */
interface Fold {
  readonly kind: 'fold';
  readonly count: number;
}

/** A row of a ladder that is drawn. */
export type FoldedRow = LadderPacketRow | LadderNoteRow | Fold;

/** The rows, of which those in the middle are folded where there are too many: how it began and how it ended are left. */
export function foldRows(rows: readonly (LadderPacketRow | LadderNoteRow)[], most: number): FoldedRow[] {
  if (rows.length <= most) return [...rows];
  const first = Math.ceil((most - 1) / 2);
  const last = most - 1 - first;
  const count = rows.length - first - last;
  return [...rows.slice(0, first), { kind: 'fold', count }, ...rows.slice(rows.length - last)];
}
