export { ladderSvg, type LadderSvgOptions } from './ladder/ladder-svg.ts';
export {
  type CongestionSample,
  timeSequenceSvg,
  type TimeSequenceSvgOptions,
} from './sequence/time-sequence-svg.ts';
export { stateDiagramSvg, type StateDiagramSvgOptions } from './states/state-diagram-svg.ts';
export { stateTimelineSvg, type StateTimelineSvgOptions } from './states/state-timeline-svg.ts';
export type { PictureOptions } from './svg/picture-options.ts';
export type { Theme } from './svg/theme.ts';
