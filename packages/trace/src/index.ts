export type {
  CallEvent,
  NoteEvent,
  SegmentEvent,
  StateEvent,
  TimerEvent,
  TraceEndpoint,
  TraceEvent,
} from './event.ts';
export { eventLine } from './event-line.ts';
export { firstDifference, type TraceDifference } from './first-difference.ts';
export { TraceDigest } from './trace-digest.ts';
export { type EventFilter, matchesFilter } from './event-filter.ts';
export { formatEndpoint } from './endpoint.ts';
export { connectionsOf, type TraceConnection } from './connection.ts';
export { Trace, type TraceOptions } from './trace.ts';

export { ladder, type LadderOptions } from './ladder.ts';
export { timeline, type TimelineOptions } from './timeline.ts';
export { PcapngTrace, type PcapngTraceOptions, writePcapng } from './pcapng-trace.ts';
export {
  type LadderModel,
  ladderModel,
  type LadderModelOptions,
  type LadderMoment,
  type LadderNoteRow,
  type LadderPacketRow,
} from './ladder-model.ts';
export { RelativeNumbers, type SegmentNumbers } from './relative-numbers.ts';
export { otherSide, type Side } from './side.ts';
