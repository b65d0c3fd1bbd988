export type {
  AssignmentExpression,
  BitwiseOrExpression,
  CallExpression,
  EllipsisExpression,
  Expression,
  IntegerExpression,
  ListExpression,
  StringExpression,
  StructExpression,
  SymbolExpression,
} from './expression.ts';
export type { EventTime } from './event-time.ts';
export type {
  Direction,
  EcnMark,
  Encapsulation,
  IcmpQuote,
  PortPair,
  ScriptIcmpPacket,
  ScriptIpHeader,
  ScriptPacket,
  ScriptTcpPacket,
  ScriptUdpPacket,
  SequenceRange,
} from './script-packet.ts';
export type { Script, ScriptAction, ScriptEvent, ScriptOption } from './script.ts';
export type { ShellCommand } from './shell-command.ts';
export type { SourcePosition } from './source-position.ts';
export type { CallResult, SystemCall } from './system-call.ts';
export type { AccEcnCounter, ScriptTcpOption } from './tcp-option.ts';
export type { Microseconds } from './microseconds.ts';
export { ParseError } from './parse-error.ts';
export { parseScript, type ParseOptions } from './parse-script.ts';
export { UnsupportedError } from './unsupported-error.ts';

export type {
  BinaryOperator,
  CodeBlock,
  CodeExpression,
  CodeStatement,
  ComparisonOperator,
} from './code-block.ts';
export type { CodeValue } from './code-value.ts';
export { type CodeFailure, CodeInterpreter, type CodeNames, type CodeOutcome } from './evaluate-code.ts';

export type { AssertedState, AssertedTimer, CommandAction } from './command-action.ts';
export { type CommandEnvironment, interpretCommand } from './interpret-command.ts';

export { errnoNameOf, errnoNumber } from './errno-numbers.ts';
export { addressOf, fieldOf, integerOf, symbolValue } from './expression-value.ts';

export { defaultDefines, type DrillMode, type DrillSettings, settingsOf } from './drill-settings.ts';
export { type ComparisonContext, compareOutbound, type FieldDifference } from './compare-outbound.ts';
export { inboundPacket } from './inbound-packet.ts';
export { JoinedSegments } from './joined-segments.ts';
export { formatOutbound } from './packet-text.ts';
export { type Endpoints, ScriptConnection } from './script-connection.ts';
export { ScriptFault } from './script-fault.ts';
export type { SequenceSpace } from './sequence-space.ts';
export type { TimestampMap } from './timestamp-map.ts';
export {
  expectedReturn,
  type ExpectedTime,
  expectedTime,
  PATIENCE,
  relativeBase,
  timingFault,
  toleranceOf,
} from './timing.ts';
export { findUnsupported, type UnsupportedUse } from './unsupported-use.ts';

export { drill } from './drill.ts';
export { type DrillFailure, type DrillResult, formatFailure } from './drill-result.ts';
export { type RunOptions, runScript } from './run-script.ts';
export { runText, type RunTextOptions } from './run-text.ts';
