// Loaded by `node --import` before an example: from here on, its `node:net` and `node:http` are on Halfclose.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import net, { defaultHost } from '@halfclose/net';
import { ladder, Trace, writePcapng } from '@halfclose/trace';
import { ASSIGNMENT, type Assignment, type ExampleReport, PACKETS_FILE, REPORT_FILE } from './report.ts';
import { swapNet } from './swap.ts';

const host = defaultHost();
const trace = new Trace();
host.observe((event) => {
  trace.record(event);
});
swapNet(net);

process.on('exit', () => {
  const assignment = process.env[ASSIGNMENT];
  if (assignment === undefined) return;
  const { directory, width, color } = JSON.parse(assignment) as Assignment;
  const report: ExampleReport = {
    connections: host.counters.connectionsOpened,
    packets: host.counters.packetsSent,
    ladder: ladder(trace, { width, color }),
  };
  writeFileSync(join(directory, REPORT_FILE), JSON.stringify(report));
  const { timeOrigin } = performance;
  writeFileSync(join(directory, PACKETS_FILE), writePcapng(trace, { epoch: timeOrigin, once: true }));
});
