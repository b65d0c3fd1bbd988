import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { format } from 'node:util';
import type ts from 'typescript';

/** A program in a README. */
export interface Example {
  readonly program: string;
  /** What it prints, if a block of output follows at once; else `null`. */
  readonly output: string | null;
}

/** What became of a program. */
export interface ExampleRun {
  /** What its last words were: see {@link runExample}. */
  readonly result: unknown;
  /** What it has printed so far. */
  output(): string;
}

/** The programs of a README, in order. */
export function examplesOf(readme: URL): readonly Example[] {
  const blocks = readFileSync(readme, 'utf8').matchAll(/^```ts\n(.*?)^```$(?:\n\n```\n(.*?)^```$)?/gms);
  return Array.from(blocks, ([, program = '', output]) => ({ program, output: output ?? null }));
}

/**
 * Runs a program of ours that imports nothing but `modules`, by their names; `result` is an expression that it ends with,
 * for what it leaves behind.
 *
 * @throws Error for an import of something else, and whatever the program throws
 */
export function runExample(
  program: string,
  modules: Readonly<Record<string, object>>,
  result = 'undefined',
): ExampleRun {
  let printed = '';
  const log = (...values: unknown[]): void => {
    printed += `${format(...values)}\n`;
  };
  const load = (name: string): object => {
    const module = modules[name];
    if (module === undefined) throw new Error(`the example imports ${name}`);
    return { __esModule: true, ...module };
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is our own README
  const run = new Function('require', 'exports', 'console', `${withoutTypes(program)}\nreturn ${result};`);
  const left: unknown = Reflect.apply(run, undefined, [load, {}, { log }]);
  return { result: left, output: () => printed };
}

function withoutTypes(program: string): string {
  // Only where a program is run: it takes a second to load.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- what `require` gives
  const compiler: typeof ts = createRequire(import.meta.url)('typescript');
  const { CommonJS: module } = compiler.ModuleKind;
  return compiler.transpile(program, { module, target: compiler.ScriptTarget.ES2022 });
}
