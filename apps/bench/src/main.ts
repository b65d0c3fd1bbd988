import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkArguments, readArguments } from './bench-arguments.ts';
import { OWN_CHECKOUT } from './build.ts';
import { measureCosts } from './cost/compare.ts';
import { profileOf } from './cost/profile.ts';
import { takeReadings } from './cost/measuring-process.ts';
import { costTable, profileText } from './cost/tables.ts';
import { measureAlone, measureProcesses } from './process-rows.ts';
import { machine, processTable, recordTable, type Results, table } from './report.ts';
import { halfclose, node } from './rounds.ts';
import { measure, measureRecords } from './rows.ts';
import { idleConnections, idleMemory } from './workloads/idle-memory.ts';

const USAGE = `Usage: pnpm bench [--json FILE] [--rounds N] [--only TEXT]
       pnpm bench --against DIR [--json FILE] [--rounds N] [--only TEXT]
       pnpm bench --profile ROW [--checkout DIR]

Runs the same work on node:net over the kernel's loopback and on Halfclose's in-process network, in one process, the
two in turn, and prints medians and how many times better Halfclose is; of memory half as many readings, an odd number, each in
a process of its own. Then the same and requests of HTTP in processes of their own: by import, swapped (register), and on the
kernel's network. Then what the records of connections in TIME-WAIT and FIN-WAIT-2 cost, which node:net has none of. Then what
each operation costs in CPU time and in memory, with what Node's own streams take for the same beside it.

With --against only the last, of this build and of the one in DIR, a checkout of another version that has been built: the
two in turn, each reading in a process of its own.

  --json FILE     write the results as JSON
  --rounds N      rounds after the warm-up (default 5)
  --only TEXT     only rows whose name contains TEXT
  --against DIR   compare with what was built in DIR
  --profile ROW   what the time of that row goes to, by package and by function (V8's profiler); of those that --against has
  --checkout DIR  profile what was built in DIR
  --help          this text
`;

const values = readArguments('bench', {
  json: { type: 'string' },
  rounds: { type: 'string', default: '5' },
  only: { type: 'string', default: '' },
  against: { type: 'string' },
  profile: { type: 'string' },
  checkout: { type: 'string', default: OWN_CHECKOUT },
  cost: { type: 'string' },
  help: { type: 'boolean', default: false },
  'idle-memory': { type: 'string' },
  side: { type: 'string' },
});
const checkout = resolve(values.checkout);
const matches = (name: string): boolean => name.includes(values.only);

if (values.help) process.stdout.write(USAGE);
else if (values['idle-memory'] !== undefined) {
  const reading = await idleMemory(values['idle-memory'] === 'node' ? node : halfclose, idleConnections());
  process.stdout.write(JSON.stringify(reading));
  process.exit(0);
} else if (values.side !== undefined) {
  process.stdout.write(String(await measureAlone(values.side, values.only)));
  process.exit(0);
} else if (values.cost !== undefined) {
  await takeReadings(values.cost, checkout);
} else if (values.profile !== undefined) {
  process.stdout.write(`${profileText(await profileOf(values.profile, checkout))}\n`);
} else {
  const rounds = checkArguments('bench', values);
  const { against } = values;
  const compared = against !== undefined;
  const rows = compared
    ? []
    : await measure(rounds, matches, (row) => {
        process.stderr.write(`${row.name}: ${row.ratio.toFixed(2)}x\n`);
      });
  const processes = compared
    ? []
    : await measureProcesses(rounds, matches, ({ name, figures }) => {
        process.stderr.write(`${name}: ${((figures.register ?? NaN) / (figures.node ?? NaN)).toFixed(2)}x\n`);
      });
  const records = !compared && matches('records') ? await measureRecords(rounds) : [];
  const costs = await measureCosts(
    checkout,
    compared ? resolve(against) : null,
    rounds,
    matches,
    ({ name, cost, against: other }) => {
      const part = other === null ? '' : `, ${other.part.median.toFixed(3)} of the other`;
      process.stderr.write(`${name}: ${cost.median.toFixed(2)}${part}\n`);
    },
  );
  if (rows.length + processes.length + records.length + costs.length === 0) {
    process.stderr.write(`bench: no row has '${values.only}' in its name\n`);
    process.exit(2);
  }
  const results: Results = { machine: machine(), rows, processes, records, costs };
  if (rows.length > 0) process.stdout.write(`${table(rows)}\n`);
  if (processes.length > 0) process.stdout.write(`${processTable(processes)}\n`);
  if (records.length > 0) process.stdout.write(`${recordTable(records)}\n`);
  if (costs.length > 0) process.stdout.write(`${costTable(costs)}\n`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
    process.stdout.write(`wrote ${values.json}\n`);
  }
  process.exit(0);
}
