import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { loadBuild, OWN_CHECKOUT } from './build.ts';
import { figure } from './figure.ts';
import { machine } from './report.ts';
import { measureScale } from './scale/measure-scale.ts';

const USAGE = `Usage: pnpm bench:scale [--json FILE] [--only TEXT]

What operations of the sockets API cost in CPU time with few and with many connections, listeners or records around them.

  --json FILE   write the results as JSON
  --only TEXT   only rows whose name contains TEXT
  --help        this text
`;

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else {
  const build = await loadBuild(OWN_CHECKOUT);
  const rows = await measureScale(
    build,
    ({ name, among }) => `${name} ${among}`.includes(values.only),
    ({ name, among, sizes, costs }) => {
      process.stderr.write(
        `${name}, ${among}: ${sizes.map((size, i) => `${size}: ${figure(costs[i] ?? NaN)} us`).join(', ')}\n`,
      );
    },
  );
  const out = new Table({
    head: ['', 'among', 'how many', 'us each', 'of the fewest'],
    colAligns: ['left', 'left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, among, sizes, costs } of rows) {
    sizes.forEach((size, i) => {
      const cost = costs[i] ?? NaN;
      out.push([
        name,
        among,
        size.toLocaleString('en-US'),
        figure(cost),
        `${(cost / (costs[0] ?? NaN)).toFixed(2)}x`,
      ]);
    });
  }
  process.stdout.write(`${out.toString()}\n`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n`);
}
