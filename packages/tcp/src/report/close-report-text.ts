import { checkArray, checkNumber, checkObject, checkText } from '@halfclose/codec/arguments';
import type { CloseReport } from './close-report.ts';

/** Columns of the labels. */
const LABEL = 14;

/**
 * A close report for people: a line for each thing that is known, labels and values in two columns, times in
 * milliseconds from the first change of state on. No line end after the last one.
 *
 * @throws TypeError for what is no report
 *
 * @example
 * formatCloseReport(closeReport(connection))
 */
export function formatCloseReport(report: CloseReport): string {
  checkObject('report', report, 'a CloseReport');
  const { octets, local, remote, marks, states } = report;
  checkObject('report.local', local, 'a ReportEndpoint');
  checkObject('report.remote', remote, 'a ReportEndpoint');
  checkObject('report.octets', octets, 'CloseReportOctets');
  checkText('report.local.address', local.address);
  checkText('report.remote.address', remote.address);
  checkNumber('report.octets.lost', octets.lost, 0, Infinity);
  checkArray('report.marks', marks);
  checkArray('report.states', states);
  const start = states[0]?.time ?? marks[0]?.time ?? 0;
  const since = (time: number): string => `+${Number((time - start).toFixed(3))}`;
  const rows: [label: string, value: string][] = [
    ['connection', `${endpoint(local)} - ${endpoint(remote)}, ${report.state}`],
    ['orderly', report.orderly ? 'yes' : `no: ${shortcoming(report)}`],
    ['closed first', report.closedFirst],
    ['sending', `${report.sending}; ${counts(octets, ['written', 'sent', 'acknowledged'])}`],
    ['receiving', `${report.receiving}; ${counts(octets, ['received', 'read', 'unread'])}`],
    ['lost', octets.lost === 1 ? '1 octet' : `${octets.lost} octets`],
  ];
  for (const { kind, direction, time, reason } of marks) {
    rows.push([`${kind.toUpperCase()} ${direction}`, `${since(time)} ms, ${reason}`]);
  }
  const seen = states.map(({ to, time }) => `${to} ${since(time)}`);
  if (seen.length > 0) rows.push(['states', `${seen.join(', ')} ms`]);
  return rows.map(([label, value]) => `${label.padEnd(LABEL)}${value}`.trimEnd()).join('\n');
}

/** Why an end is not orderly. Where both streams were ended, it is for what they did not carry. */
function shortcoming({ sending, receiving, reason }: CloseReport): string {
  if (sending === 'fin' && receiving === 'fin') return 'octets were lost';
  return reason || 'not opened yet';
}

function counts<K extends string>(octets: Readonly<Record<K, number>>, names: readonly K[]): string {
  return names.map((name) => `${octets[name]} ${name}`).join(', ');
}

function endpoint({ address, port }: CloseReport['local']): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
