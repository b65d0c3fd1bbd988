import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** As a user's strict program; with what the packages export from source. */
const STRICT: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  customConditions: ['@halfclose/source'],
  // Only for the sources themselves, which import each other with extensions.
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
};

/** How programs find modules. */
export const RESOLUTIONS: Readonly<Record<'node' | 'bundler', ts.CompilerOptions>> = {
  node: { module: ts.ModuleKind.NodeNext },
  bundler: { module: ts.ModuleKind.Preserve, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

/** What has been parsed before: that of the library and of Node's types takes a second each time. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/**
 * What the compiler says against programs, by the paths at which they are as if they were files; with `options` beside
 * those of a strict program. An empty list: they compile.
 */
export function compile(programs: ReadonlyMap<string, string>, options: ts.CompilerOptions): string[] {
  const all: ts.CompilerOptions = { ...STRICT, ...options };
  const host = ts.createCompilerHost(all);
  const whole = ts.createProgram([...programs.keys()], all, {
    ...host,
    getCurrentDirectory: () => root,
    fileExists: (name) => programs.has(name) || host.fileExists(name),
    readFile: (name) => programs.get(name) ?? host.readFile(name),
    getSourceFile: (name, language) => {
      const program = programs.get(name);
      if (program !== undefined) return ts.createSourceFile(name, program, language);
      const key = `${name} ${JSON.stringify(language)}`;
      if (!parsed.has(key)) parsed.set(key, host.getSourceFile(name, language));
      return parsed.get(key);
    },
  });
  const said = [...programs.keys()].flatMap((name) => {
    const file = whole.getSourceFile(name);
    return [...whole.getSyntacticDiagnostics(file), ...whole.getSemanticDiagnostics(file)];
  });
  return [...whole.getOptionsDiagnostics(), ...said].map(describe);
}

function describe({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined || start === undefined) return text;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${file.fileName}:${line + 1}: ${text}`;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
