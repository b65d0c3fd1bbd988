import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'tsup';
import { type Log, newStage, untilQuiet } from './play.ts';
import type { Program } from './program.ts';
import type { Request } from './worker.ts';

const LIMIT = 20_000;

/** A thread that answers requests in whatever order it gets to. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #calls = 0;

  constructor(file: string) {
    this.#worker = new Worker(file);
    this.#worker.on('message', ({ call, result }: { call: number; result: unknown }) => {
      this.#waiting.get(call)?.(result);
      this.#waiting.delete(call);
    });
    // What is thrown there fails the run here.
    this.#worker.on('error', (error) => {
      throw error;
    });
  }

  ask(request: Request): Promise<unknown> {
    const call = ++this.#calls;
    return new Promise((resolve) => {
      this.#waiting.set(call, resolve);
      this.#worker.postMessage({ ...request, call });
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/**
 * Plays programs on `node:net` with each end in a thread of its own, which is stopped now and then: so an end is told of
 * things in all the orders that a kernel may bring about, not only in those of two ends that share an event loop.
 */
export class Threads {
  readonly #ends: readonly [server: Thread, clients: Thread];
  readonly #dir: string;
  #runs = 0;

  private constructor(dir: string, file: string) {
    this.#dir = dir;
    this.#ends = [new Thread(file), new Thread(file)];
  }

  static async start(): Promise<Threads> {
    const outDir = await mkdtemp(join(tmpdir(), 'halfclose-threads-'));
    await build({
      config: false,
      entry: { worker: fileURLToPath(new URL('worker.ts', import.meta.url)) },
      tsconfig: fileURLToPath(new URL('../../tsconfig.test.json', import.meta.url)),
      outDir,
      format: ['cjs'],
      outExtension: () => ({ js: '.cjs' }),
      target: 'node20.19',
      removeNodeProtocol: false,
      shims: false,
      silent: true,
    });
    return new Threads(outDir, join(outDir, 'worker.cjs'));
  }

  async play(program: Program, silence: number): Promise<Log> {
    const id = ++this.#runs;
    const [server, clients] = this.#ends;
    const port = (await server.ask({ id, ask: 'serve', program, seed: id * 2 })) as number;
    await clients.ask({ id, ask: 'connect', program, port, seed: id * 2 + 1 });
    await this.#untilQuiet(id, silence);
    await Promise.all(this.#ends.map((end) => end.ask({ id, ask: 'stop' })));
    await this.#untilQuiet(id, silence);
    const logs = await Promise.all(this.#ends.map((end) => end.ask({ id, ask: 'log' })));
    return Object.assign({}, ...logs) as Log;
  }

  /** What the threads count is copied into stages here. */
  async #untilQuiet(id: number, silence: number): Promise<void> {
    const stages = this.#ends.map(() => newStage());
    let isOver = false;
    const copying = (async () => {
      while (!isOver) {
        const counts = await Promise.all(this.#ends.map((end) => end.ask({ id, ask: 'count' })));
        for (const [i, count] of (counts as [number, number][]).entries())
          Object.assign(stages[i] as object, { happened: count[0], pending: count[1] });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    await untilQuiet(stages, silence, LIMIT);
    isOver = true;
    await copying;
  }

  async end(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end.end()));
    await rm(this.#dir, { recursive: true });
  }
}
