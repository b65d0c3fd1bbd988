import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

const SCRIPT = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 1000 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 1000
+0 accept(3, ..., ...) = 4
+0 close(4) = 0
+0 > F. 1:1(0) ack 1
`;

/** The commands by npx, in a folder with nothing of ours. */
export async function rehearseCommands(steps, folder, registry) {
  const home = join(folder, 'commands');
  const temporary = join(folder, 'temporary');
  mkdirSync(home);
  mkdirSync(temporary);
  writeFileSync(join(home, 'close.pkt'), SCRIPT);
  const cases = [
    ['npx @halfclose/cli --help', ['@halfclose/cli', '--help'], 0, /explain/],
    ['npx @halfclose/cli tour', ['@halfclose/cli', 'tour'], 0, /simultaneous/i],
    ['npx @halfclose/cli drill', ['@halfclose/cli', 'drill', 'close.pkt'], 0, /1 passed, 0 failed/],
    [
      'npx --package @halfclose/packetdrill halfclose-drill',
      ['--package', '@halfclose/packetdrill', 'halfclose-drill', 'close.pkt'],
      0,
      /1 passed, 0 failed/,
    ],
    ['wrong use', ['@halfclose/cli', 'tour', '--no-such-option'], 2, /unknown option/],
  ];
  for (const [name, args, status, expected] of cases) {
    await steps.step(`${name} ends with ${status}`, async () => {
      const result = await run('npx', ['--yes', ...args], {
        cwd: home,
        env: { ...registry.env, TMPDIR: temporary },
      });
      const text = `${result.out}${result.err}`;
      if (result.status !== status || !expected.test(text)) {
        throw new Error(`it ended with ${result.status}:\n${text.slice(-2000)}`);
      }
    });
  }
  await steps.step('the commands leave nothing in the folder for temporary files', () => {
    const left = readdirSync(temporary).filter((name) => name !== 'node-compile-cache');
    if (left.length > 0) throw new Error(left.join(', '));
  });
}
