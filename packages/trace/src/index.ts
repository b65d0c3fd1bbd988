export type {
  CallEvent,
  NoteEvent,
  SegmentEvent,
  StateEvent,
  TimerEvent,
  TraceEndpoint,
  TraceEvent,
} from './events/event.ts';
export { eventLine } from './events/event-line.ts';
export { firstDifference, type TraceDifference } from './events/first-difference.ts';
export { TraceDigest } from './events/trace-digest.ts';
export { type EventFilter, matchesFilter } from './events/event-filter.ts';
export { formatEndpoint } from './events/endpoint.ts';
export { connectionsOf, type TraceConnection } from './events/connection.ts';
export { Trace, type TraceOptions } from './events/trace.ts';

export { ladder, type LadderOptions } from './ladder/ladder.ts';
export { timeline, type TimelineOptions } from './timeline/timeline.ts';
export { PcapngTrace, type PcapngTraceOptions, writePcapng } from './capture/pcapng-trace.ts';
export {
  type LadderModel,
  ladderModel,
  type LadderModelOptions,
  type LadderMoment,
  type LadderNoteRow,
  type LadderPacketRow,
} from './ladder/ladder-model.ts';
export { RelativeNumbers, type SegmentNumbers } from './ladder/relative-numbers.ts';
export { otherSide, type Side } from './ladder/side.ts';
