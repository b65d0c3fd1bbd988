import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { loadBuild } from '../build.ts';
import { type CostRow, costRow, type Reading } from './costs.ts';

/** A process that takes readings of one row, of one build, whenever it is asked to. */
export class MeasuringProcess {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /**
   * Starts one, and waits until it is ready.
   *
   * @param checkout where the build is
   * @param flags flags of Node beside those that the row needs
   */
  static async start(
    row: CostRow,
    checkout: string,
    flags: readonly string[] = [],
  ): Promise<MeasuringProcess> {
    const program = fileURLToPath(new URL('main.js', import.meta.url));
    const process = fork(program, ['--cost', row.name, '--checkout', checkout], {
      execArgv: [...row.flags, ...flags],
    });
    const started = new MeasuringProcess(process);
    await started.#message();
    return started;
  }

  /** Takes a reading. */
  async read(): Promise<Reading> {
    this.#process.send('read');
    const reading = await this.#message();
    if (!isReading(reading)) throw new Error(`no reading: ${JSON.stringify(reading)}`);
    return reading;
  }

  /** Ends it, and waits for its end. */
  async end(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  #message(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => {
        reject(new Error(`a measuring process has ended (${code})`));
      };
      this.#process.once('exit', onExit);
      this.#process.once('message', (message) => {
        this.#process.off('exit', onExit);
        resolve(message);
      });
    });
  }
}

/** What such a process does, until its parent lets go of it. */
export async function takeReadings(name: string, checkout: string): Promise<void> {
  const read = await costRow(name).start(await loadBuild(checkout));
  process.on('message', () => {
    void read().then((reading) => process.send?.(reading));
  });
  process.on('disconnect', () => {
    process.exit(0);
  });
  process.send?.('ready');
}

function isReading(value: unknown): value is Reading {
  return typeof value === 'object' && value !== null && 'cost' in value && typeof value.cost === 'number';
}
