import { Flag } from '@halfclose/codec';
import type { SegmentEvent, StateEvent, TraceEvent } from '@halfclose/trace';
import {
  Explainer,
  type Explanation,
  RESET_CAUSES,
  type ResetCause,
  type ResetReport,
} from '../../src/index.ts';
import { type ScriptCapture, scriptCaptures } from './script-captures.ts';

/** A RST that our stack sent while a script ran. */
export interface ScriptEnding {
  /** `linger/d01_linger0_established` */
  readonly name: string;
  readonly truth: ResetCause;
  readonly report: ResetReport;
}

/** What our stack calls the causes that the wire does not tell apart. */
const SAME_ON_THE_WIRE: Readonly<Record<string, ResetCause>> = {
  disconnect: 'linger 0',
  reset: 'linger 0',
  abort: 'linger 0',
  'user timeout': 'retransmissions exhausted',
  'peer reset': 'connection over',
  unreachable: 'half-open peer',
  'FIN acknowledged': 'connection over',
  'too many in TIME-WAIT': 'connection over',
};

/** Of what belongs to no connection, our stack tells nothing; the scripts say it. */
const SAID_BY_SCRIPT: readonly (readonly [string, ResetCause])[] = [
  ['j10', 'half-open peer'],
  ['j13', 'bad handshake'],
  ['k17', 'bad handshake'],
  ['s24', 'bad handshake'],
];

/** Every RST that our stack sends in the scripts of packages/packetdrill, with its reason by the stack itself. */
export function* scriptEndings(): Generator<ScriptEnding> {
  for (const capture of scriptCaptures()) {
    const reports = explanationsOf(capture).flatMap(({ resets }) => resets);
    for (const [index, source] of capture.sources.entries()) {
      if (!isOwnReset(source)) continue;
      const report = reports.find(({ number }) => number === index + 1);
      const truth = truthOf(capture, source);
      if (report === undefined)
        throw new Error(`${capture.name}: packet ${index + 1} is explained by nothing`);
      yield { name: capture.name, truth, report };
    }
  }
}

/** The connections of a script's capture. */
function explanationsOf({ packets }: ScriptCapture): Explanation[] {
  const explanations: Explanation[] = [];
  const explainer = new Explainer({ onConnection: (each) => explanations.push(each) });
  for (const packet of packets) explainer.add(packet);
  explainer.end();
  return explanations;
}

function isOwnReset({ direction, packet }: SegmentEvent): boolean {
  return direction === 'sent' && packet.kind === 'tcp' && (packet.segment.flags & Flag.RST) !== 0;
}

/** The stack tells of the end either just before or just after its RST; what comes later answers for what is gone. */
function truthOf({ name, events }: ScriptCapture, source: SegmentEvent): ResetCause {
  const at = events.indexOf(source);
  const own = [...events.slice(at), ...events.slice(0, at).reverse()].find(
    (event) => isEnd(event, source) && event.time === source.time && !isTaken(events, event, source),
  );
  const before = events.slice(0, at).filter((event) => isEnd(event, source));
  const [end, isLater] = own === undefined ? [before.at(-1), true] : [own, false];
  const why = end?.type === 'state' ? end.why : '';
  const wasReset = events.slice(0, at).some((event) => isResetOfSame(event, source));
  if (isLater && wasReset) return 'already reset';
  if (end === undefined) {
    const said = SAID_BY_SCRIPT.find(([row]) => name.split('/').at(-1)?.startsWith(row));
    if (said === undefined) throw new Error(`${name}: nothing says why there is a RST`);
    return said[1];
  }
  if (isLater && end.type === 'state' && end.from === 'SYN-SENT') return 'connect given up';
  if (isLater && (why === 'linger 0' || why === 'close')) return 'connection over';
  const cause = SAME_ON_THE_WIRE[why] ?? why;
  if (!isCause(cause)) throw new Error(`${name}: ${why} is no cause`);
  return cause;
}

function isCause(name: string): name is ResetCause {
  return Object.hasOwn(RESET_CAUSES, name);
}

function isEnd(event: TraceEvent, source: SegmentEvent): event is StateEvent {
  return event.type === 'state' && event.to === 'CLOSED' && event.remote.port === portOf(source);
}

/** Whether an earlier RST of the same moment tells of this end already. */
function isTaken(events: readonly TraceEvent[], end: TraceEvent, source: SegmentEvent): boolean {
  const from = events.findIndex((event) => event.time === source.time);
  return events
    .slice(from, events.indexOf(source))
    .some((event) => isResetOfSame(event, source) && events.indexOf(end) < events.indexOf(source));
}

function isResetOfSame(event: TraceEvent, source: SegmentEvent): boolean {
  return event.type === 'segment' && isOwnReset(event) && portOf(event) === portOf(source);
}

function portOf({ packet }: SegmentEvent): number {
  return packet.kind === 'tcp' ? packet.segment.destinationPort : 0;
}
