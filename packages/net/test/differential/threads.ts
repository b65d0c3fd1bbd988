import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'tsup';
import { type Log, newStage, untilQuiet } from './play.ts';
import type { Piece } from './protocols.ts';
import type { Request } from './worker.ts';

const LIMIT = 20_000;
/** Milliseconds. Node 20 does not end some threads of its own that have spoken TLS. */
const ENDS_WITHIN = 5000;

const pem = (name: string): string =>
  readFileSync(new URL(`../register/${name}.pem`, import.meta.url), 'utf8');
const keys = { key: pem('key'), cert: pem('cert') };

/** A thread that answers requests in whatever order it gets to. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #calls = 0;

  constructor(file: string, register: string | null) {
    this.#worker = new Worker(file, { workerData: { register, keys } });
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
  readonly #whole: { readonly stock: Thread; readonly registered: Thread } | null;
  readonly #dir: string;
  #runs = 0;

  private constructor(dir: string, file: string, register: string | null) {
    this.#dir = dir;
    this.#ends = [new Thread(file, null), new Thread(file, null)];
    this.#whole =
      register === null ? null : { stock: new Thread(file, null), registered: new Thread(file, register) };
  }

  /** `register`: the package, as CommonJS, for a thread that is swapped. */
  static async start(register: string | null = null): Promise<Threads> {
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
    return new Threads(outDir, join(outDir, 'worker.cjs'), register);
  }

  /** Plays both ends in one thread: of Node as it is, or in one that is swapped. */
  async together(piece: Piece, silence: number, which: 'stock' | 'registered'): Promise<Log> {
    if (this.#whole === null) throw new Error('no thread is swapped');
    return (await this.#whole[which].ask({ id: ++this.#runs, ask: 'play', piece, silence })) as Log;
  }

  async apart(piece: Piece, silence: number): Promise<Log> {
    const id = ++this.#runs;
    const [server, clients] = this.#ends;
    const port = (await server.ask({ id, ask: 'serve', piece, seed: id * 2 })) as number;
    await clients.ask({ id, ask: 'connect', piece, port, seed: id * 2 + 1 });
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
    const all = [...this.#ends, ...Object.values(this.#whole ?? {})];
    await Promise.race([Promise.all(all.map((thread) => thread.end())), delay(ENDS_WITHIN)]);
    await rm(this.#dir, { recursive: true });
  }
}
