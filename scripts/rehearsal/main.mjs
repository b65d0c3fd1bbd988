// Rehearses a release: a registry on this machine, all published packages in it as the release workflow would publish
// them, and projects outside of this repository that install from it and run. Then the release after it.
//
//   node scripts/rehearsal/main.mjs [--keep]
//
//   --keep  leaves the folder with the copy of the repository, the registry and the projects, and prints where it is
//
// Nothing leaves the machine, and the repository is not changed. What cannot be had here is skipped, with the reason.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rehearseBundles } from './bundles.mjs';
import { rehearseCommands } from './commands.mjs';
import { rehearseRuntimes } from './programs.mjs';
import { Project } from './project.mjs';
import { startRegistry } from './registry.mjs';
import { Release } from './release.mjs';
import { Steps } from './steps.mjs';
import { rehearseTypes } from './types.mjs';
import { rehearseUpgrade } from './upgrade.mjs';

const { values } = parseArgs({ options: { keep: { type: 'boolean' } } });
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'halfclose-release-'));
const steps = new Steps();
let registry = null;

try {
  const started = await startRegistry(join(folder, 'registry'));
  if (started.problem !== undefined) {
    console.log(`skipped: no registry can be started here: ${started.problem}`);
  } else {
    registry = started.registry;
    await rehearse();
  }
} finally {
  await registry?.stop();
  if (values.keep) console.log(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
process.exitCode = steps.end();

async function rehearse() {
  const built = spawnSync(process.execPath, [`${root}scripts/build.mjs`], { stdio: 'inherit' });
  if (built.status !== 0) throw new Error('the packages could not be built');
  // Says what it cannot make; the release workflow has all compilers.
  spawnSync(process.execPath, [`${root}packages/tun/scripts/build-native.mjs`, '--all'], {
    stdio: 'inherit',
  });

  const release = new Release(root, join(folder, 'repository'), registry);
  await steps.step('a copy of the repository', () => release.copy());
  await steps.step('changesets version what is published, and nothing else', () => release.version());
  const version = release.nextVersion;
  await steps.step('npm pack and npm publish are refused', () => release.refusesNpm());
  await steps.step(`publish ${version}`, () => release.publish());
  if (steps.hasFailed) return;

  mkdirSync(join(folder, 'projects'));
  const project = new Project(join(folder, 'projects/all'), registry);
  await steps.step('install all of them in a fresh project', () => project.install(release.packages));
  if (steps.hasFailed) return;

  await rehearseRuntimes(steps, project, root);
  await rehearseTypes(steps, project, root);
  await rehearseBundles(steps, project);
  await rehearseCommands(steps, join(folder, 'projects'), registry);
  await rehearseUpgrade(steps, { release, project, folder: join(folder, 'projects'), registry });
}
