// Packs every public package as it would be published, and checks the tarballs: publint, arethetypeswrong,
// the files inside, and that Node can import and require each entry. One line for each package. Then a program for
// node:net is compiled against the packed types of net, as ESM and as CommonJS.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FIELDS = [
  'description',
  'keywords',
  'license',
  'author',
  'homepage',
  'bugs',
  'repository',
  'engines',
  'sideEffects',
];

/**
 * The most that a tarball may have, in kB: a quarter more than at the first release. A source map, an example or a
 * dependency that got in by mistake is above that.
 */
const BUDGETS = {
  bun: 24,
  capture: 16,
  // With the fonts of PNG files.
  cli: 172,
  codec: 85,
  deno: 11,
  explain: 71,
  net: 168,
  netem: 58,
  packetdrill: 277,
  pictures: 42,
  promises: 23,
  sockets: 41,
  stack: 133,
  tcp: 271,
  testkit: 73,
  timers: 22,
  trace: 52,
  // With the addon for two machines.
  tun: 70,
  web: 23,
};

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = (name) => join(root, 'node_modules/.bin', name);
const temporary = mkdtempSync(join(tmpdir(), 'halfclose-pack-'));
// The tarballs are unpacked side by side, so that they find each other as after an install.
const modules = join(temporary, 'node_modules');

try {
  const packed = publicPackages().map(pack);
  let failures = 0;
  for (const item of packed) {
    const problems = check(item);
    failures += problems.length > 0 ? 1 : 0;
    console.log(
      `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${item.manifest.name} (${item.files.length} files, ${(statSync(item.tarball).size / 1000).toFixed(0)} kB packed)`,
    );
    for (const problem of problems) console.log(problem.replace(/^/gm, '     '));
  }
  console.log(`${packed.length - failures} of ${packed.length} packages can be published as they are`);
  const wrongTypes = typeProblems();
  console.log(
    wrongTypes === '' ? 'ok   types of @halfclose/net' : `FAIL types of @halfclose/net\n${wrongTypes}`,
  );
  process.exitCode = failures === 0 && wrongTypes === '' ? 0 : 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

function publicPackages() {
  return ['packages', 'apps']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
    .filter((directory) => existsSync(join(directory, 'package.json')))
    .filter((directory) => readJson(join(directory, 'package.json')).private !== true);
}

function pack(directory) {
  const source = readJson(join(directory, 'package.json'));
  // pnpm, not npm: only pnpm applies publishConfig.exports and the workspace: versions.
  const out = run(bin('pnpm'), ['pack', '--json', '--pack-destination', temporary], directory);
  if (out.status !== 0) throw new Error(`pnpm pack failed in ${directory}:\n${out.text}`);
  const tarball = join(temporary, `${source.name.replace('@', '').replace('/', '-')}-${source.version}.tgz`);
  const home = join(modules, source.name);
  mkdirSync(home, { recursive: true });
  const untar = run('tar', ['-xzf', tarball, '-C', home, '--strip-components=1'], temporary);
  if (untar.status !== 0) throw new Error(`tar failed on ${tarball}:\n${untar.text}`);
  const manifest = readJson(join(home, 'package.json'));
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const link = join(modules, name);
    if (name.startsWith('@halfclose/') || existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(directory, 'node_modules', name), link, 'junction');
  }
  return { directory, tarball, home, manifest, files: filesOf(home) };
}

function check({ directory, tarball, home, manifest, files }) {
  const problems = [];

  for (const name of ['README.md', 'LICENSE', 'package.json']) {
    if (!files.includes(name)) problems.push(`${name} is missing`);
  }
  const readmeLines = files.includes('README.md')
    ? readFileSync(join(home, 'README.md'), 'utf8').split('\n').length
    : 0;
  if (readmeLines > 121) problems.push(`README.md has ${readmeLines - 1} lines; 120 is the limit`);
  if (!files.some((name) => name.startsWith('dist/'))) problems.push('dist/ is empty: build first');
  const budget = BUDGETS[manifest.name.replace('@halfclose/', '')];
  const size = statSync(tarball).size / 1000;
  if (budget === undefined) problems.push('it has no budget: BUDGETS of scripts/pack-check.mjs');
  else if (size > budget) problems.push(`it has ${size.toFixed(1)} kB packed; its budget is ${budget} kB`);
  if (files.some((name) => name.endsWith('.map')))
    problems.push('source maps are not published: tsup.base.ts');
  if (manifest.scripts?.prepack !== undefined) problems.push('its prepack is for the repository only');
  const strays = files.filter(
    // packetdrill has a command that is no build, and scripts to run with it; tun can be compiled where it is installed.
    (name) =>
      !/^(dist\/|prebuilds\/|bin\/[^/]+\.js$|scripts\/.+\.(pkt|sh|txt)$|native\/tun\.c$|scripts\/build-native\.mjs$|README\.md$|LICENSE$|CHANGELOG\.md$|package\.json$)/.test(
        name,
      ),
  );
  if (strays.length > 0) problems.push(`does not belong in the package: ${strays.join(', ')}`);

  const text = JSON.stringify(manifest);
  for (const leak of ['@halfclose/source', './src/', 'workspace:']) {
    if (text.includes(leak)) problems.push(`package.json still has ${leak}`);
  }
  for (const field of FIELDS) {
    if (manifest[field] === undefined) problems.push(`package.json has no ${field}`);
  }

  const lint = run(bin('publint'), ['run', tarball, '--strict'], directory);
  if (lint.status !== 0) problems.push(`publint:\n${lint.text}`);

  if (manifest.exports !== undefined) {
    // node16: resolution through `exports`, from ESM and from CommonJS. Node 10's is not supported.
    const types = run(bin('attw'), [tarball, '--profile', 'node16', '--no-color', '--no-emoji'], directory);
    if (types.status !== 0) problems.push(`attw:\n${types.text}`);
    for (const path of Object.keys(manifest.exports).filter((path) => !path.endsWith('.json'))) {
      const name = manifest.name + path.slice(1);
      for (const code of [
        `await import('${name}')`,
        `process.getBuiltinModule('module').createRequire('${temporary.replaceAll('\\', '/')}/x.cjs')('${name}')`,
      ]) {
        const load = run(process.execPath, ['--input-type=module', '-e', code], temporary);
        if (load.status !== 0) problems.push(`${code}:\n${load.text}`);
      }
    }
  }

  for (const [name, file] of Object.entries(manifest.bin ?? {})) {
    if (!readFileSync(join(home, file), 'utf8').startsWith('#!/usr/bin/env node\n')) {
      problems.push(`bin ${name}: ${file} does not start with #!/usr/bin/env node`);
    }
  }
  return problems;
}

/** What the compiler says to the programs of net's type tests against the packed types; their tests have the source. */
function typeProblems() {
  const read = (name) => readFileSync(join(root, 'packages/net/test/types', name), 'utf8');
  const program = (form) => read('program.ts').replace("import net from 'node:net';", form);
  const files = {
    'default.mts': program("import net from '@halfclose/net';"),
    'namespace.mts': program("import * as net from '@halfclose/net';"),
    'require.cts': program("import net = require('@halfclose/net');"),
    'default.cts': program("import net from '@halfclose/net';"),
    'ours.mts': read('ours.ts'),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(temporary, name), text);
  mkdirSync(join(modules, '@types'), { recursive: true });
  symlinkSync(join(root, 'node_modules/@types/node'), join(modules, '@types/node'), 'junction');
  const options = [
    ...['--noEmit', '--target', 'es2022', '--lib', 'es2023,esnext.disposable', '--types', 'node'],
    ...['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--skipLibCheck', 'false'],
  ];
  return [
    ['--module', 'node16'],
    ['--module', 'nodenext'],
    ['--module', 'preserve', '--moduleResolution', 'bundler'],
  ]
    .map((module) => run(bin('tsc'), [...options, ...module, ...Object.keys(files)], temporary))
    .map(({ status, text }) => (status === 0 ? '' : `${text}\n`))
    .join('');
}

function filesOf(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .replaceAll('\\', '/'),
    );
}

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  return {
    status: result.status,
    text: `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim(),
  };
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
