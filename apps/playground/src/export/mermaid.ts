import {
  formatEndpoint,
  type LadderModel,
  ladderModel,
  type TraceConnection,
  type TraceEvent,
} from '@halfclose/trace';
import { durationText } from '@halfclose/pictures';

/** The ladder of a connection as a sequence diagram of Mermaid. */
export function mermaidOf(events: readonly TraceEvent[], connection: TraceConnection): string {
  const model = ladderModel(events, { connection });
  if (model === null) return 'sequenceDiagram\n';
  return ['sequenceDiagram', ...participants(model), ...model.rows.flatMap(rowLines)].join('\n');
}

function participants({ ends, hosts }: LadderModel): string[] {
  const left = `${hosts.left ?? 'client'} ${formatEndpoint(ends.left)}`;
  const right = `${hosts.right ?? 'server'} ${formatEndpoint(ends.right)}`;
  return [`  participant L as ${escaped(left)}`, `  participant R as ${escaped(right)}`];
}

function rowLines(row: LadderModel['rows'][number]): string[] {
  if (row.kind !== 'packet') {
    const text = `${durationText(row.moment.time)}: ${row.text}`;
    return row.text === '' ? [] : [`  Note over ${row.side === 'left' ? 'L' : 'R'}: ${escaped(text)}`];
  }
  // Of a packet that crosses another one there is a row where it leaves, and one where it arrives.
  const isSecond = row.part === 'arrival' && !isFirstSeen(row);
  if (isSecond) return [];
  const [from, to] = row.towards === 'right' ? ['L', 'R'] : ['R', 'L'];
  const isLost = row.part === 'lost' || row.head === 'x';
  const remarks = [row.remark, row.part === 'lost' ? row.reason : '']
    .filter((part) => part !== '')
    .join(', ');
  const time = durationText(
    (row.towards === 'right' ? row.left : row.right)?.time ?? (row.left ?? row.right)?.time ?? 0,
  );
  const text = `${time}: ${row.forms[0] ?? 'ICMP'}${remarks === '' ? '' : ` (${remarks})`}`;
  return [`  ${from}${isLost ? '-x' : '->>'}${to}: ${escaped(text)}`];
}

/** A packet that nobody saw leave has its arrival alone. */
function isFirstSeen(row: { readonly remark: string }): boolean {
  return row.remark.startsWith('duplicate');
}

/** What means something to Mermaid, as entities of its own. */
function escaped(text: string): string {
  return text
    .replaceAll('#', '#35;')
    .replaceAll(';', '#59;')
    .replaceAll('#35#59;', '#35;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;');
}
