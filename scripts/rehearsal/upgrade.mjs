import { join } from 'node:path';
import { Project } from './project.mjs';
import { run, succeed } from './run.mjs';

/** The release after this one: what has changed in one package, and what projects get that are there already. */
export async function rehearseUpgrade(steps, { release, project, folder, registry }) {
  const before = release.nextVersion;
  const text = 'Rehearsed: nothing has changed.';
  await release.change('@halfclose/codec', 'patch', text);
  await steps.step('a patch of one package gives all a new version', async () => {
    await release.version();
    const wanted = before.replace(/\d+$/, (patch) => Number(patch) + 1);
    if (release.nextVersion !== wanted) throw new Error(`${release.nextVersion} instead of ${wanted}`);
  });
  if (!(await steps.step(`publish ${release.nextVersion}`, () => release.publish()))) return;

  const changed = await registry.manifest('@halfclose/codec');
  await steps.step(`npm update from ${before}`, async () => {
    await project.npm('update');
    for (const [name, versions] of project.installed()) {
      if (versions.join() !== release.nextVersion) throw new Error(`${name}: ${versions.join(', ')}`);
    }
    const out = await succeed(process.execPath, ['echo.mjs'], { cwd: project.folder });
    return `one copy of each at ${release.nextVersion}; ${out.trim()}`;
  });
  await steps.step(`a project that wants ${before} gets that, whole`, async () => {
    const pinned = new Project(join(folder, 'pinned'), registry);
    await pinned.npm('install', `@halfclose/net@${before}`, `@halfclose/testkit@${before}`);
    for (const [name, versions] of pinned.installed()) {
      if (versions.join() !== before) throw new Error(`${name}: ${versions.join(', ')}`);
    }
    await succeed(process.execPath, ['echo.mjs'], { cwd: pinned.folder });
  });
  await steps.step('two versions in one project', async () => {
    const mixed = new Project(join(folder, 'mixed'), registry);
    await mixed.npm('install', `@halfclose/net@${before}`, `@halfclose/testkit@${release.nextVersion}`);
    for (const file of ['exports.mjs', 'exports.cjs', 'echo.mjs']) {
      await succeed(process.execPath, [file], { cwd: mixed.folder });
    }
    return `${mixed.installed().get('@halfclose/net').join(' and ')} of @halfclose/net`;
  });
  await steps.step('a version that is there is not published again', async () => {
    const again = await run('npm', ['view', '@halfclose/codec', 'versions', '--json'], {
      cwd: project.folder,
      env: registry.env,
    });
    await release.publish();
    const now = await registry.manifest('@halfclose/codec');
    const versions = Object.keys(now.versions);
    if (JSON.parse(again.out).join() !== versions.join()) throw new Error(versions.join());
    if (now.versions[before].dist.shasum !== changed.versions[before].dist.shasum)
      throw new Error('it has changed');
    return versions.join(', ');
  });
}
