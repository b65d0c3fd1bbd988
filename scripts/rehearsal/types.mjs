import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installInto } from '../npm-packages.mjs';
import { succeed } from './run.mjs';

const COMPILERS = ['5.9.3', '6.0.3', '7.0.2'];
const NODE_TYPES = '20.19.43';
const RESOLUTIONS = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  bundler: { module: 'preserve', moduleResolution: 'bundler' },
};
const STRICT = {
  noEmit: true,
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable', 'dom'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  // The types of the packages are checked, too, not only the use of them.
  skipLibCheck: false,
};

/** Programs that use the types of every package, compiled as strictly as can be, by each compiler and resolution. */
export async function rehearseTypes(steps, project, root) {
  await steps.step(`install @types/node ${NODE_TYPES}`, async () => {
    await project.npm('install', '--save-dev', `@types/node@${NODE_TYPES}`);
  });
  const folder = join(project.folder, 'types');
  mkdirSync(folder);
  writeFileSync(join(folder, 'entries.mts'), everyEntry(project));
  writeFileSync(join(folder, 'entries.cts'), everyEntry(project));
  const types = (name) => readFileSync(`${root}packages/net/test/types/${name}`, 'utf8');
  const program = types('program.ts');
  for (const [file, form] of [
    ['default.mts', "import net from '@halfclose/net';"],
    ['namespace.mts', "import * as net from '@halfclose/net';"],
    ['require.cts', "import net = require('@halfclose/net');"],
  ]) {
    writeFileSync(join(folder, file), program.replace("import net from 'node:net';", form));
  }
  writeFileSync(join(folder, 'ours.mts'), types('ours.ts'));

  for (const compiler of COMPILERS) {
    const home = `${root}node_modules/.cache/typescript-${compiler}`;
    const tsc = `${home}/node_modules/typescript/bin/tsc`;
    const problem = existsSync(tsc) ? null : installInto(home, `typescript@${compiler}`);
    if (problem !== null) {
      steps.skip(`TypeScript ${compiler}`, problem);
      continue;
    }
    for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
      await steps.step(`TypeScript ${compiler}, ${name}, strict`, async () => {
        const config = join(folder, `tsconfig.${name}.json`);
        writeFileSync(config, JSON.stringify({ compilerOptions: { ...STRICT, ...resolution } }));
        await succeed(process.execPath, [tsc, '-p', config], { cwd: folder });
      });
    }
  }
}

/** A program that takes the namespace of each entry. */
function everyEntry(project) {
  const entries = [...project.installed().keys()].flatMap((name) =>
    Object.keys(project.manifestOf(name).exports ?? {})
      .filter((path) => !path.endsWith('.json') && path !== './register')
      .map((path) => name + path.slice(1)),
  );
  return [
    ...entries.map((entry, i) => `import * as entry${i} from '${entry}';`),
    `export const entries: readonly object[] = [${entries.map((_, i) => `entry${i}`).join(', ')}];`,
    '',
  ].join('\n');
}
