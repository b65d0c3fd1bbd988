// Runs the tests of `net`, which compare it with the runtime's own, under later versions of Node than the one that runs
// this, and has the addon of `tun` carry packets under each that it is for. They come from npm; where that is out of reach, a
// version is skipped and says why.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installNode, nodeBinary } from './node-versions.mjs';
import { tryAddon } from './try-addon.mjs';

const VERSIONS = ['22', '24'];
const VERSIONS_WITH_ADDON = ['20', ...VERSIONS, '26'];

const root = fileURLToPath(new URL('../', import.meta.url));
const running = process.versions.node.split('.')[0];

let failed = false;
for (const version of VERSIONS) {
  if (version === running) {
    console.log(`skipped: Node ${version} is what npm test runs under`);
    continue;
  }
  const problem = installNode(version);
  if (problem === null) failed = !run(version) || failed;
  else console.log(`skipped: Node ${version} could not be installed: ${problem}`);
}
for (const version of VERSIONS_WITH_ADDON) {
  const problem = installNode(version);
  if (problem !== null) console.log(`skipped: Node ${version} could not be installed: ${problem}`);
  else if (!(await tryAddon(nodeBinary(version)))) failed = true;
}
process.exit(failed ? 1 : 0);

/** Returns whether all tests passed. */
function run(version) {
  console.log(`Node ${version}:`);
  const vitest = `${root}node_modules/vitest/vitest.mjs`;
  return (
    spawnSync(nodeBinary(version), [vitest, 'run', 'packages/net/'], { cwd: root, stdio: 'inherit' })
      .status === 0
  );
}
