/** The two columns of a ladder. */
export type Side = 'left' | 'right';

/** The other column. */
export function otherSide(side: Side): Side {
  return side === 'left' ? 'right' : 'left';
}
