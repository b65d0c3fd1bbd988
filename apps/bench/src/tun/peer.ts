import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCE = fileURLToPath(new URL('../native/peer.c', import.meta.url));
const execute = promisify(execFile);

/** What the peer does, as it is named there. */
export type Task = 'read' | 'write' | 'rounds' | 'connect' | 'datagrams';

/** A program in C on the kernel's sockets. */
export class Peer {
  readonly #program: string;

  /** Compiles it. */
  constructor() {
    this.#program = join(mkdtempSync(join(tmpdir(), 'halfclose-bench-')), 'peer');
    execFileSync('cc', ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-o', this.#program, SOURCE]);
  }

  /** Seconds that it took. */
  async run(task: Task, address: string, port: number, amount: number): Promise<number> {
    const { stdout } = await execute(this.#program, [task, address, String(port), String(amount)]);
    return Number(stdout);
  }

  /** Makes the descriptor of an open /dev/net/tun a TUN device, which Node has no call for. */
  attach(fd: number, name: string): void {
    const { status, stderr } = spawnSync(this.#program, ['attach', name], {
      stdio: ['ignore', 'ignore', 'pipe', fd],
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  }
}
