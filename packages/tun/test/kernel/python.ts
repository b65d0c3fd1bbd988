import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Whether there is no Python; says so. */
export function isMissingPython(): boolean {
  const missing = spawnSync('python3', ['--version']).error !== undefined;
  if (missing) console.log('skipped: python3 is not installed');
  return missing;
}

/** A Python program on the kernel's sockets. */
export class Python {
  readonly child: ChildProcess;
  #said = '';
  readonly #ended: Promise<unknown>;

  /** `args` are its `sys.argv[1:]`; `wrapper`: what it is run by, as `unshare --net`. */
  constructor(script: string, args: readonly (string | number)[] = [], wrapper: readonly string[] = []) {
    const [command = 'python3', ...rest] = [...wrapper, 'python3', '-c', script, ...args.map(String)];
    this.child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.child.stdout?.on('data', (chunk) => (this.#said += String(chunk)));
    this.#ended = once(this.child, 'close');
  }

  /** Waits until it has printed this many lines; returns them. */
  async lines(count: number): Promise<string[]> {
    for (;;) {
      const lines = this.#said.split('\n').slice(0, -1);
      if (lines.length >= count) return lines.slice(0, count);
      if (this.child.exitCode !== null) throw new Error(`it ended after '${this.#said}'`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** What it has printed until its end. */
  async ended(): Promise<string[]> {
    await this.#ended;
    return this.#said.split('\n').slice(0, -1);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
