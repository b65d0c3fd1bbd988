import { createReadStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as capture from '@halfclose/capture';
import { examplesOf, runExample } from '@halfclose/test-support';
import { expect, it } from 'vitest';
import * as explain from '../src/index.ts';

const README = new URL('../README.md', import.meta.url);
const FILE = fileURLToPath(new URL('captures/linux-6.18/unread-server.pcap', import.meta.url));

it('the program of the README prints what the README says', async () => {
  const program = examplesOf(README)[0]?.program ?? '';
  const modules = { '@halfclose/capture': capture, '@halfclose/explain': explain };
  const run = runExample(program.replace('export ', ''), modules, 'tell');
  const tell = run.result as (chunks: AsyncIterable<Uint8Array>) => Promise<void>;
  await tell(createReadStream(FILE));
  expect(readFileSync(README, 'utf8')).toContain(`\`\`\`text\n${run.output()}\`\`\``);
});
