import type { Server } from 'node:net';
import type { Delay } from './program.ts';

/** What the actors of one program share. */
export interface Stage {
  /** Things that happened, and calls that are still to come. */
  happened: number;
  pending: number;
  server: Server | null;
  readonly port: { open: number; refused: number };
  /** Called before a rule fires: makes the other end faster, or slower. */
  readonly jitter: () => void;
  /** Milliseconds that a timer really takes. */
  readonly delay: (milliseconds: number) => number;
}

/** Does something later. */
export function later(stage: Stage, { by, count }: Delay, act: () => void): void {
  if (by === 'nothing' || count === 0) {
    act();
    return;
  }
  stage.pending++;
  let left = count;
  const step = (): void => {
    left--;
    if (left > 0) soon();
    else {
      stage.pending--;
      stage.happened++;
      act();
    }
  };
  const soon = (): void => {
    if (by === 'tick') process.nextTick(step);
    else if (by === 'microtask') void Promise.resolve().then(step);
    else if (by === 'immediate') setImmediate(step);
    else {
      left = 1;
      setTimeout(step, stage.delay(count));
    }
  };
  soon();
}

/** An error in one word or three. */
export const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  return [error.name, code ?? error.message, syscall ?? ''].join(' ').trim();
};

/** What entries begin with that a rule brings about later than at once. */
export const lateness = ({ after }: { after: Delay }): string =>
  after.by === 'nothing' ? '' : `${after.by} `;
