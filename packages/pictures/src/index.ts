export { ladderSvg, type LadderSvgOptions } from './ladder/ladder-svg.ts';
export {
  type CongestionSample,
  timeSequenceSvg,
  type TimeSequenceSvgOptions,
} from './sequence/time-sequence-svg.ts';
export {
  type DiagramState,
  type DiagramTransition,
  stateDiagramModel,
  type StateDiagramModel,
} from './states/state-diagram-model.ts';
export { stateDiagramSvg, type StateDiagramSvgOptions } from './states/state-diagram-svg.ts';
export { stateTimelineSvg, type StateTimelineSvgOptions } from './states/state-timeline-svg.ts';
export type { PictureOptions } from './svg/picture-options.ts';
export type { Color, PictureFonts, Theme } from './svg/theme.ts';
export { PALETTE } from './svg/theme.ts';
export { stateColor } from './states/state-color.ts';
export {
  sequenceModel,
  type SequenceModel,
  type SequenceAck,
  type SequenceSegment,
} from './sequence/sequence-model.ts';
export { flightOf, type Flight } from './sequence/draw-flight.ts';
export { durationText } from './svg/duration.ts';
export { formatCountShort } from './svg/count.ts';
