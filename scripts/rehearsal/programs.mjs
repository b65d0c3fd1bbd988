import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installNode, nodeBinary } from '../node-versions.mjs';
import { runThere, whatIsMissing } from '../namespace.mjs';
import { bun, deno, installRuntime, runtimeBinary } from '../runtimes.mjs';
import { succeed } from './run.mjs';

const NODES = ['20', '22', '24', '26'];
const RUNTIMES = [bun, deno];
const MACHINES = ['linux-x64', 'linux-arm64'];

/** Programs of the project under each runtime, as ESM and as CommonJS, and the addon of tun where it is made. */
export async function rehearseRuntimes(steps, project, root) {
  const missing = whatIsMissing();
  const addon = `${root}scripts/try-addon-program.mjs`;
  const tun = join(project.folder, 'node_modules/@halfclose/tun');

  for (const machine of MACHINES) {
    const file = join(tun, 'prebuilds', machine, 'node.napi.node');
    if (existsSync(file)) await steps.step(`@halfclose/tun has an addon for ${machine}`, () => undefined);
    else steps.skip(`the addon of @halfclose/tun for ${machine}`, 'no compiler for it is installed here');
  }
  const all = [
    ...NODES.map((version) => ({
      name: `Node ${version}`,
      install: () => installNode(version),
      binary: nodeBinary(version),
      program: [],
    })),
    ...RUNTIMES.map((runtime) => ({
      name: `${runtime.name} ${runtime.version}`,
      install: () => installRuntime(runtime),
      binary: runtimeBinary(runtime),
      program: runtime.program,
    })),
  ];
  for (const { name, install, binary, program } of all) {
    const problem = install();
    if (problem !== null) {
      steps.skip(name, problem);
      continue;
    }
    for (const file of ['exports.mjs', 'exports.cjs', 'echo.mjs', 'echo.cjs']) {
      await steps.step(`${file} under ${name}`, async () => {
        const out = await succeed(binary, [...program, file], { cwd: project.folder });
        return out.trim();
      });
    }
    if (name.startsWith('Node')) {
      await steps.step(`a swapped process under ${name}`, async () => {
        const out = await succeed(binary, ['--import', '@halfclose/net/register', 'swapped.mjs'], {
          cwd: project.folder,
        });
        return out.trim();
      });
    }
    if (missing !== null) steps.skip(`the addon of @halfclose/tun under ${name}`, missing);
    else {
      await steps.step(`the addon of @halfclose/tun under ${name}`, () => {
        const status = runThere(binary, [...program, addon, join(tun, 'dist/index.js')]);
        if (status !== 0) throw new Error(`it ended with ${status}`);
      });
    }
  }
}
