import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { InstalledCli } from '../installed-cli.ts';

const running = new Set<ChildProcess>();

/** A program that runs, and what it has written. */
export class Running {
  readonly child: ChildProcess;
  stdout = Buffer.alloc(0);
  stderr = '';
  readonly #ended: Promise<unknown>;

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(this.child);
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout = Buffer.concat([this.stdout, chunk])));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.child.stdin?.on('error', () => undefined);
    this.#ended = once(this.child, 'close');
  }

  /** Writes, and ends standard input. */
  end(data: string | Uint8Array): this {
    this.child.stdin?.end(data);
    return this;
  }

  /** Waits until either output has the text. */
  async says(text: string): Promise<this> {
    while (!this.stdout.includes(text) && !this.stderr.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`it has ended without '${text}':\n${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this;
  }

  /** Its exit status. */
  async ended(): Promise<number | null> {
    await this.#ended;
    running.delete(this.child);
    return this.child.exitCode;
  }
}

/** Starts `halfclose` with these arguments. */
export function start(cli: InstalledCli, ...args: readonly string[]): Running {
  return new Running(process.execPath, [join(cli.directory, 'dist/main.js'), ...args]);
}

/** Ends what still runs. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
}
