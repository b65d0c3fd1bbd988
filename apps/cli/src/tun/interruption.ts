import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What a command ends with that a signal has ended. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** As shells have it: 128 and the number of the signal. */
  readonly exitStatus: number;

  constructor(signal: (typeof SIGNALS)[number]) {
    super(signal);
    this.exitStatus = 128 + constants.signals[signal];
  }
}

/**
 * Runs `work` until it is done, or SIGINT or SIGTERM comes: then rejects with {@link Interrupted}. A second signal ends the
 * process at once, as without us.
 */
export async function untilInterrupted<T>(work: (interruption: Promise<never>) => Promise<T>): Promise<T> {
  let stop: () => void = () => undefined;
  const interruption = new Promise<never>((_resolve, reject) => {
    const listeners = SIGNALS.map((signal) => {
      const listener = (): void => {
        stop();
        reject(new Interrupted(signal));
      };
      process.on(signal, listener);
      return [signal, listener] as const;
    });
    stop = () => {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    };
  });
  interruption.catch(() => undefined);
  try {
    return await work(interruption);
  } finally {
    stop();
  }
}
