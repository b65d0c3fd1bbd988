export { type Candidate, ConnectionPicker, type ConnectionPickerOptions } from './connection-picker.ts';
export { Explainer, type ExplainerOptions } from './explainer.ts';
export type {
  DirectionReport,
  EndState,
  ErrorReport,
  Explanation,
  HalfClose,
  Opening,
  Outcome,
  ResetReport,
} from './explanation.ts';
export type { Mark, Side } from './mark.ts';
export { wrap } from './report/wrap.ts';
export { RESET_CAUSES, type ResetCause } from './reset/reset-cause.ts';
export { RESET_FACTS, type ResetFact } from './reset/reset-fact.ts';
export { type Certainty, decideReset, RESET_RULES, type ResetRule } from './reset/reset-rules.ts';
export { explanationLines, type ExplanationLine } from './report/explanation-lines.ts';
export { formatExplanation, type FormatOptions } from './report/format-explanation.ts';
export { headlineOf } from './report/headline.ts';
export { ExplanationSummary } from './report/summary.ts';
export { formatMatch, type Match, matchExplanations } from './match/match.ts';
export { traceOf } from './trace-of.ts';
export type { InferredChange, InferredState } from './state/inferred-states.ts';
