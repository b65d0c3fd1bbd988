import { readFileSync } from 'node:fs';
import { examplesOf, runExample } from '@halfclose/test-support';
import { expect, it } from 'vitest';
import * as capture from '../src/index.ts';
import { ipPacket, pcap, Writer } from './files.ts';

const README = new URL('../README.md', import.meta.url);

it('the program of the README prints what the README says', async () => {
  const header = new Writer('big').u8(...new Array<number>(12).fill(1));
  const ip = new Writer('big').bytes(header.done()).u16(0x0800);
  const records = [
    new Writer('big').bytes(ip.done()).bytes(ipPacket(100)).done(),
    new Writer('big').bytes(ip.done()).bytes(ipPacket(5000)).done(),
    new Writer('big').bytes(header.done()).u16(0x0806, 1, 0x0800).done(),
    new Writer('big').bytes(ip.done()).bytes(ipPacket(9)).done(),
  ];
  const file = pcap(records.map((bytes) => ({ seconds: 1, fraction: 0, bytes })));
  const program = examplesOf(README)[0]?.program ?? '';
  const run = runExample(program.replace('export ', ''), { '@halfclose/capture': capture }, 'list');
  const list = run.result as (chunks: Iterable<Uint8Array>) => Promise<void>;
  await list([file.subarray(0, 5000), file.subarray(5000, file.length - 3)]);
  expect(readFileSync(README, 'utf8')).toContain(`\`\`\`text\n${run.output()}\`\`\``);
});
