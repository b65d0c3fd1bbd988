import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureAlone, measureProcesses } from './process-rows.ts';
import { machine, processTable, recordTable, type Results, table } from './report.ts';
import { halfclose, node } from './rounds.ts';
import { measure, measureRecords } from './rows.ts';
import { idleConnections, idleMemory } from './workloads/idle-memory.ts';

const USAGE = `Usage: pnpm bench [--json FILE] [--rounds N] [--only TEXT]

Runs the same work on node:net over the kernel's loopback and on Halfclose's in-process network, in one process, the
two in turn, and prints medians and how many times better Halfclose is; of memory half as many readings, an odd number, each in
a process of its own. Then the same and requests of HTTP in processes of their own: by import, swapped (register), and on the
kernel's network. Then what the records of connections in TIME-WAIT and FIN-WAIT-2 cost, which node:net has none of.

  --json FILE    write the results as JSON
  --rounds N     rounds after the warm-up (default 5)
  --only TEXT    only rows whose name contains TEXT
  --help         this text
`;

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
    'idle-memory': { type: 'string' },
    side: { type: 'string' },
  },
});

if (values.help) process.stdout.write(USAGE);
else if (values['idle-memory'] !== undefined) {
  const reading = await idleMemory(values['idle-memory'] === 'node' ? node : halfclose, idleConnections());
  process.stdout.write(JSON.stringify(reading));
  process.exit(0);
} else if (values.side !== undefined) {
  process.stdout.write(String(await measureAlone(values.side, values.only)));
  process.exit(0);
} else {
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds must be a positive integer');
  const rows = await measure(
    rounds,
    (name) => name.includes(values.only),
    (row) => {
      process.stderr.write(`${row.name}: ${row.ratio.toFixed(2)}x\n`);
    },
  );
  const processes = await measureProcesses(
    rounds,
    (name) => name.includes(values.only),
    ({ name, figures }) => {
      process.stderr.write(`${name}: ${((figures.register ?? NaN) / (figures.node ?? NaN)).toFixed(2)}x\n`);
    },
  );
  const records = 'records'.includes(values.only) ? await measureRecords(rounds) : [];
  const results: Results = { machine: machine(), rows, processes, records };
  if (rows.length > 0) process.stdout.write(`${table(rows)}\n`);
  if (processes.length > 0) process.stdout.write(`${processTable(processes)}\n`);
  if (records.length > 0) process.stdout.write(`${recordTable(records)}\n`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
    process.stdout.write(`wrote ${values.json}\n`);
  }
  process.exit(0);
}
