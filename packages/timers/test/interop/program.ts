import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll } from 'vitest';

const source = new URL('../../src/', import.meta.url);

/** How a program ended, and what it printed. */
export interface Ending {
  readonly code: number | string;
  readonly lines: readonly string[];
}

/**
 * For the tests of one file: a function that runs a program in a process of its own. The program is the body of an
 * ES module that can import './timers/index.js' and './timers/host.js'.
 */
export function usePrograms(): (body: string) => Promise<Ending> {
  let folder = '';
  let count = 0;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'timers-'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    mkdirSync(join(folder, 'timers'));
    for (const file of readdirSync(source).filter((name) => name.endsWith('.ts'))) {
      const { outputText } = ts.transpileModule(readFileSync(new URL(file, source), 'utf8'), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          verbatimModuleSyntax: true,
          rewriteRelativeImportExtensions: true,
        },
      });
      writeFileSync(join(folder, 'timers', file.replace(/\.ts$/, '.js')), outputText);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  return async (body) => {
    const file = join(folder, `program-${count++}.js`);
    writeFileSync(file, body);
    // A program that does not end is killed, and then has no exit code.
    const options = { timeout: 20_000, killSignal: 'SIGKILL' } as const;
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [file], options);
      return { code: 0, lines: linesOf(stdout) };
    } catch (error) {
      const { code, signal, stdout } = error as { code?: number; signal?: string; stdout: string };
      return { code: code ?? signal ?? 'unknown', lines: linesOf(stdout) };
    }
  };
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
