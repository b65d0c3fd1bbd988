import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { explainFile } from '../explain-file.ts';
import { KERNEL_ENDINGS } from '../truth/kernel-endings.ts';
import { verdictOf } from '../truth/verdict.ts';

const PROGRAM = fileURLToPath(new URL('endings.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

it.skipIf(!hasPython)(
  'the endings of the kernel that is here are explained as those that are kept',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'halfclose-endings-'));
    const made = spawnSync('python3', [PROGRAM, directory], { encoding: 'utf8', timeout: 120_000 });
    expect(made.stderr).toBe('');
    const wrong: string[] = [];
    for (const { name, connection = 1, outcome, closedFirst, reset } of KERNEL_ENDINGS) {
      const found = (await explainFile(join(directory, `${name}.pcap`))).find(
        ({ number }) => number === connection,
      );
      const [report] = found?.resets ?? [];
      const verdict = reset === undefined || report === undefined ? 'none' : verdictOf(report, reset[1]);
      const isRight =
        found?.outcome === outcome &&
        found.closedFirst === closedFirst &&
        report?.side === reset?.[0] &&
        !verdict.startsWith('wrong');
      if (!isRight) wrong.push(`${name}: ${JSON.stringify(found)}`);
    }
    expect(wrong).toEqual([]);
  },
  150_000,
);
