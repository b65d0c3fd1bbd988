import type { DirectionReport, EndState, Explanation, ResetReport } from '../explanation.ts';
import type { Mark, Side } from '../mark.ts';
import { RESET_CAUSES } from '../reset/reset-cause.ts';
import { RESET_FACTS } from '../reset/reset-fact.ts';
import { RESET_RULES } from '../reset/reset-rules.ts';
import { formatBytes, formatCount, formatDuration, plural } from './units.ts';

/** What is said of a connection, and what of it: `ended first` and `server, RST in packet 7`. */
export interface ExplanationLine {
  /** What it is about; empty: the same as the line before. */
  readonly label: string;
  /** One line without a break at its end, to be wrapped by who shows it; never empty. */
  readonly text: string;
}

/** Everything that is to be said of a connection, line by line, below its headline. */
export function explanationLines(explanation: Explanation): ExplanationLine[] {
  return [...linesOf(explanation)].filter(({ text }) => text !== '');
}

function* linesOf(explanation: Explanation): Generator<ExplanationLine> {
  const { directions, states, errors, halfClose, resets, found } = explanation;
  yield { label: 'packets', text: packetsText(explanation) };
  if (explanation.repeated > 0)
    yield {
      label: 'twice',
      text: `${plural(explanation.repeated, 'packet')} more that the capture has once more: of two interfaces, say, or of a port that mirrors`,
    };
  yield { label: 'opened', text: openingText(explanation) };
  yield { label: 'ended first', text: closedFirstText(explanation) };
  for (const side of ['client', 'server'] as const)
    yield { label: side, text: directionText(directions[side]) };
  for (const side of ['client', 'server'] as const) yield* troubles(side, directions[side]);
  if (halfClose !== null && (halfClose.bytes > 0 || halfClose.to === null || halfClose.milliseconds >= 1000))
    yield {
      label: 'half-closed',
      text:
        `for ${formatDuration(halfClose.milliseconds)}, by the ${halfClose.by} in packet ${halfClose.from.number}` +
        `${halfClose.to === null ? ', to the end of the capture' : `, until packet ${halfClose.to.number}`}; ` +
        `the other end sent ${formatBytes(halfClose.bytes)} meanwhile`,
    };
  for (const error of errors)
    yield {
      label: 'ICMP',
      text: `packet ${error.number}: ${error.what}, from ${error.from}, about a segment of the ${error.side}`,
    };
  for (const reset of shownResets(resets)) yield* resetLines(reset);
  const more = resets.length - shownResets(resets).length;
  if (more > 0) yield { label: 'RST', text: `${plural(more, 'more RST')} of the same kind` };
  yield { label: 'states', text: `client ${stateText(states.client)}` };
  yield { label: '', text: `server ${stateText(states.server)}` };
  if (found.length > 0) yield { label: 'found', text: `in ${packetList(found, found.length)}` };
}

/** One of each kind: what only says the same once more is counted. */
function shownResets(resets: readonly ResetReport[]): readonly ResetReport[] {
  return resets.filter(
    ({ cause, side }, index) =>
      resets.findIndex((other) => other.cause === cause && other.side === side) === index,
  );
}

function packetsText({ packets, first, last }: Explanation): string {
  if (packets === 1) return `packet ${formatCount(first.number)} alone`;
  return (
    `${plural(packets, 'packet')}, from ${formatCount(first.number)} to ${formatCount(last.number)}, ` +
    `in ${formatDuration(last.time - first.time)}`
  );
}

function openingText({ opening: { how, syn, synAck, syns, roundTrip } }: Explanation): string {
  const again = syns > 1 ? `, sent ${plural(syns, 'time')}` : '';
  const asked = syn === null ? '' : `SYN in packet ${syn.number}${again}`;
  const answered = synAck === null ? '' : `, SYN+ACK in packet ${synAck.number}`;
  const took = roundTrip === null ? '' : `, ${formatDuration(roundTrip)} later`;
  switch (how) {
    case 'handshake':
      return asked === '' ? `before the capture began${answered}` : `${asked}${answered}${took}`;
    case 'simultaneous':
      return `by both ends at once (RFC 9293, 3.5): ${asked}`;
    case 'half-open':
      return `${asked}${answered}, and no ACK of that`;
    case 'refused':
    case 'unanswered':
      return `not at all: ${asked}`;
    case 'not captured':
      return 'before the capture began; the end with the higher port is taken for the client';
  }
}

function closedFirstText({ closedFirst, closedBy, resets }: Explanation): string {
  if (closedFirst === null || closedBy === null) return '';
  if (closedFirst === 'both')
    return `both: the FIN in packet ${closedBy.number} crossed one of the other end`;
  const isReset = resets.some(({ number }) => number === closedBy.number);
  return `${closedFirst}, ${isReset ? 'RST' : 'FIN'} in packet ${closedBy.number}`;
}

function directionText({
  bytes,
  dataSegments,
  missing,
  end,
  fins,
  finAcknowledged,
  unacknowledged,
}: DirectionReport): string {
  const sent =
    bytes === 0 ? 'sent nothing' : `sent ${formatBytes(bytes)} in ${plural(dataSegments, 'segment')}`;
  const gap = missing > 0 ? `, ${formatBytes(missing)} of which the capture does not have` : '';
  return `${sent}${gap}; ${endText({ end, fins, finAcknowledged, unacknowledged })}`;
}

function endText({
  end,
  fins,
  finAcknowledged,
  unacknowledged,
}: Pick<DirectionReport, 'end' | 'fins' | 'finAcknowledged' | 'unacknowledged'>): string {
  const [fin] = fins;
  switch (end) {
    case 'acknowledged':
      return `ended by the FIN in packet ${fin?.number ?? '?'}, acknowledged in packet ${finAcknowledged?.number ?? '?'}`;
    case 'FIN':
      return `its FIN in packet ${fin?.number ?? '?'} was not acknowledged`;
    case 'reset': {
      const lost = unacknowledged > 0 ? `, with ${formatBytes(unacknowledged)} unacknowledged` : '';
      return `cut off by the RST${lost}`;
    }
    case 'open':
      return unacknowledged > 0 ? `not ended, ${formatBytes(unacknowledged)} unacknowledged` : 'not ended';
  }
}

function* troubles(side: Side, direction: DirectionReport): Generator<ExplanationLine> {
  const { fins, retransmissions, retransmissionCount, keepAlives, keepAliveCount, zeroWindows } = direction;
  if (fins.length > 1)
    yield {
      label: 'FIN again',
      text: `${side}: it or its ACK was lost; sent ${plural(fins.length, 'time')}, in ${packetList(fins, fins.length)}`,
    };
  const others = retransmissions.filter(({ number }) => !fins.some((fin) => fin.number === number));
  const count = retransmissionCount - (retransmissions.length - others.length);
  if (count > 0)
    yield { label: 'sent again', text: `${side}: ${plural(count, 'segment')}, ${packetList(others, count)}` };
  if (keepAliveCount > 0)
    yield {
      label: 'keep-alive',
      text: `${side}: ${plural(keepAliveCount, 'probe')}, ${packetList(keepAlives, keepAliveCount)}`,
    };
  for (const { from, to } of zeroWindows) {
    const until =
      to === null
        ? 'and it never opened'
        : `until packet ${to.number}, ${formatDuration(to.time - from.time)} later`;
    yield {
      label: 'zero window',
      text: `${side}: its program did not read; from packet ${from.number}, ${until}`,
    };
  }
}

/** `packet 5`, `packets 5, 7 and 9`, `packets 1, 2, 3 and 40 more` */
function packetList(marks: readonly Mark[], count: number): string {
  const shown = marks.slice(0, 6).map(({ number }) => formatCount(number));
  const more = count - shown.length;
  if (more > 0) return `packets ${shown.join(', ')} and ${formatCount(more)} more`;
  if (shown.length <= 1) return `packet ${shown[0] ?? '?'}`;
  return `packets ${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

function* resetLines(reset: ResetReport): Generator<ExplanationLine> {
  const { number, side, answers, certainty, cause, others, rule, rows } = reset;
  const trigger = answers === null ? '' : `, answers packet ${formatCount(answers.number)}`;
  yield { label: 'RST', text: `packet ${formatCount(number)}, from the ${side}${trigger}` };
  const lead = { sure: 'Because', likely: 'Most likely because', open: 'Either because' }[certainty];
  yield { label: '', text: `${lead} ${RESET_CAUSES[cause].because} [${cause}].` };
  if (certainty !== 'sure')
    for (const other of others)
      yield {
        label: '',
        text: `${certainty === 'open' ? 'Or' : 'Less likely,'} because ${RESET_CAUSES[other].because} [${other}].`,
      };
  const decisive = RESET_RULES.find(({ id }) => id === rule)?.all ?? [];
  const shown = decisive.filter((fact) => fact !== 'begun').map((fact) => inNameOf(side, RESET_FACTS[fact]));
  const closing = rows.length === 0 ? '' : `, docs/CLOSING.md ${rows.join(', ')}`;
  const facts = shown.length === 0 ? 'nothing tells more' : shown.join('; ');
  yield { label: 'why', text: `${facts} (rule ${rule}${closing})` };
  if (certainty !== 'sure') yield { label: 'to know', text: RESET_CAUSES[cause].shownBy };
  if (reset.usualHopLimit !== null && reset.usualHopLimit !== reset.hopLimit)
    yield { label: 'TTL', text: `${reset.hopLimit}, where that end's packets had ${reset.usualHopLimit}` };
}

/** The facts speak of X. */
function inNameOf(side: Side, fact: string): string {
  return fact.replaceAll(/\bX\b/g, `the ${side}`);
}

function stateText({ state, since, note }: EndState): string {
  if (state === 'unknown') return 'unknown: nothing of it was seen';
  const from = since === null ? '' : ` since packet ${formatCount(since.number)}`;
  return `${state}${from}${note === '' ? '' : `, ${note}`}`;
}
