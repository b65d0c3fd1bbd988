import { writeFileSync } from 'node:fs';
import { checkArguments, readArguments } from './bench-arguments.ts';
import { machine, type Row, table } from './report.ts';
import { median } from './rounds.ts';
import { framesByDriver, framesByThreadPool } from './tun/frames.ts';
import { Peer } from './tun/peer.ts';
import { type Figure, runRow, TUN_ROWS } from './tun/rows.ts';
import { overLoopback, overTun } from './tun/side.ts';

const USAGE = `Usage: pnpm bench:tun [--json FILE] [--rounds N] [--only TEXT] [--no-offload]

Has one program in C, on the kernel's sockets, talk to a server on Halfclose over a TUN device, and to the same server on
node:net over the kernel's loopback, the two in turn; prints medians, how many times better Halfclose is, and the CPU time of
this process for each connection, round trip or kilobyte. Then frames of 1500 bytes as they arrive by the driver, and by fs.read. With --no-offload the kernel cuts and joins no segments,
and computes no checksums.
`;

const values = readArguments('bench:tun', {
  json: { type: 'string' },
  rounds: { type: 'string', default: '5' },
  only: { type: 'string', default: '' },
  'no-offload': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
});

if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const rounds = checkArguments('bench:tun', values);
const peer = new Peer();
const rows: Row[] = [];
const lines: string[] = [];

for (const row of TUN_ROWS.filter(({ name }) => name.includes(values.only))) {
  const ours: Figure[] = [];
  const theirs: Figure[] = [];
  // The first round is to warm up.
  for (let round = 0; round <= rounds; round++) {
    const tun = overTun(row.mtu, !values['no-offload']);
    const figures = [await runRow(row, tun, peer), await runRow(row, overLoopback, peer)] as const;
    tun.close();
    if (round === 0) continue;
    ours.push(figures[0]);
    theirs.push(figures[1]);
  }
  const [halfclose, node] = [ours, theirs].map((all) => median(all.map(({ rate }) => rate)));
  add(row.name, row.unit, halfclose, node, row.goal);
  const [cpu, cpuOfNode] = [ours, theirs].map((all) => median(all.map((figure) => figure.cpu)));
  lines.push(`${row.name}: ${String(cpu?.toFixed(2))} and ${String(cpuOfNode?.toFixed(2))} us of CPU time`);
}
if ('frames'.includes(values.only)) {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await framesByDriver(peer));
    theirs.push(await framesByThreadPool(peer));
  }
  add('frames of 1500 B, against fs.read', '1/s', median(ours), median(theirs), 10);
}
process.stdout.write(`${table(rows)}\n${lines.join('\n')}\n`);
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n`);
process.exit(0);

function add(name: string, unit: string, halfclose = NaN, node = NaN, goal: number): void {
  rows.push({ name, unit, halfclose, node, ratio: halfclose / node, cpu: null, goal });
  process.stderr.write(`${name}: ${(halfclose / node).toFixed(2)}x\n`);
}
