import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ASSIGNMENT, type Assignment, type ExampleReport, PACKETS_FILE, REPORT_FILE } from './report.ts';

/** No example takes nearly as long, in milliseconds. */
const LONGEST_RUN = 30_000;

/** An ordinary program for Node, which comes with the command. */
export interface Example {
  readonly name: string;
  readonly title: string;
  readonly about: readonly string[];
  /** In the directory of the examples. */
  readonly file: string;
}

/** What became of an {@link Example}. */
export interface ExampleOutcome extends ExampleReport {
  /** What it printed. */
  readonly output: string;
  /** A pcapng with all its packets. */
  readonly pcapng: Uint8Array;
}

/**
 * Runs an example in a process of its own, with `node:net` and `node:http` on Halfclose.
 *
 * @throws Error if it fails
 */
export function runExample(example: Example, ladder: Pick<Assignment, 'width' | 'color'>): ExampleOutcome {
  const directory = mkdtempSync(join(tmpdir(), 'halfclose-'));
  try {
    const assignment: Assignment = { directory, ...ladder };
    const { status, stdout, stderr, error } = spawnSync(
      process.execPath,
      ['--import', new URL('./preload.js', import.meta.url).href, exampleFile(example)],
      {
        encoding: 'utf8',
        env: { ...process.env, [ASSIGNMENT]: JSON.stringify(assignment) },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: LONGEST_RUN,
      },
    );
    if (error !== undefined || status !== 0) {
      throw new Error(`The example ${example.name} failed: ${error?.message ?? stderr}`);
    }
    const report = JSON.parse(readFileSync(join(directory, REPORT_FILE), 'utf8')) as ExampleReport;
    return { ...report, output: stdout, pcapng: readFileSync(join(directory, PACKETS_FILE)) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Where the example is; the build copies it beside the command. */
function exampleFile({ file }: Example): string {
  return fileURLToPath(new URL(`./examples/${file}`, import.meta.url));
}
