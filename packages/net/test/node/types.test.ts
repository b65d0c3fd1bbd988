import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile, RESOLUTIONS } from '@halfclose/test-support/compile';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../types/', import.meta.url));
const program = readFileSync(`${folder}program.ts`, 'utf8');
const ours = readFileSync(`${folder}ours.ts`, 'utf8');

const DEFAULT_IMPORT = "import net from 'node:net';";

/** The ways to import, each with the name of a file that may. */
const imports = [
  ['default.mts', "import net from '<module>';"],
  ['namespace.mts', "import * as net from '<module>';"],
  ['require.cts', "import net = require('<module>');"],
  ['default.cts', "import net from '<module>';"],
] as const;

/** The program in each form of import, of one module. */
function programsWith(module: string): Map<string, string> {
  return new Map(
    imports.map(([name, form]) => [
      `${folder}${module.replace(/\W/g, '-')}-${name}`,
      program.replace(DEFAULT_IMPORT, form.replace('<module>', module)),
    ]),
  );
}

// The compiler takes seconds, on a busy machine many.
const limit = { timeout: 120_000 };

describe.each(Object.entries(RESOLUTIONS))('with modules resolved as by %s', (_name, options) => {
  it('compiles a program for node:net with node:net', limit, () => {
    expect(compile(programsWith('node:net'), options)).toEqual([]);
  });

  it('compiles it with nothing but the name of the module changed', limit, () => {
    expect(compile(programsWith('@halfclose/net'), options)).toEqual([]);
  });

  it('knows of sockets and errors what Node does not, and refuses what is wrong', limit, () => {
    expect(compile(new Map([[`${folder}ours.mts`, ours]]), options)).toEqual([]);
  });
});

it('has every type of node:net as a member of the default export, and by name', limit, () => {
  const names = typesOf('node:net');
  expect(names).toContain('AddressInfo');
  const member = [
    "import net from '@halfclose/net';",
    ...names.map((name) => `type My${name} = net.${name};`),
  ];
  const named = [`import type { ${names.join(', ')} } from '@halfclose/net';`];
  const programs = [member, named].map((lines, index): [string, string] => [
    `${folder}all-${index}.mts`,
    lines.join('\n'),
  ]);
  expect(compile(new Map(programs), RESOLUTIONS.node)).toEqual([]);
});

/** The names of all types that a module exports. */
function typesOf(module: string): string[] {
  const name = `${folder}program.ts`;
  const whole = ts.createProgram([name], { ...RESOLUTIONS.node, types: ['node'] });
  const checker = whole.getTypeChecker();
  const found = checker.getAmbientModules().find((symbol) => symbol.name === `"${module}"`);
  if (found === undefined) return [];
  return checker
    .getExportsOfModule(found)
    .filter((symbol) => (symbol.flags & ts.SymbolFlags.Type) !== 0)
    .map((symbol) => symbol.name);
}
