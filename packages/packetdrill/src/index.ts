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
} from './script/expression.ts';
export type { EventTime } from './script/event-time.ts';
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
} from './script/script-packet.ts';
export type { Script, ScriptAction, ScriptEvent, ScriptOption } from './script/script.ts';
export type { ShellCommand } from './script/shell-command.ts';
export type { SourcePosition } from './script/source-position.ts';
export type { CallResult, SystemCall } from './script/system-call.ts';
export type { AccEcnCounter, ScriptTcpOption } from './script/tcp-option.ts';
export type { Microseconds } from './script/microseconds.ts';
export { ParseError } from './script/parse-error.ts';
export { type ParseOptions, parseScript } from './parse/parse-script.ts';
export { UnsupportedError } from './script/unsupported-error.ts';

export type {
  BinaryOperator,
  CodeBlock,
  CodeExpression,
  CodeStatement,
  CodeValue,
  ComparisonOperator,
} from './script/code-block.ts';
export { type CodeFailure, CodeInterpreter, type CodeNames, type CodeOutcome } from './code/evaluate-code.ts';

export type { AssertedState, AssertedTimer, CommandAction } from './commands/command-action.ts';
export { LINUX_CLOSING_SYSCTLS } from './commands/default-sysctls.ts';
export { type CommandEnvironment, interpretCommand } from './commands/interpret-command.ts';
export { applySysctl, type MutableProfile, type SettingOutcome } from './commands/sysctl-profile.ts';

export { errnoNameOf, errnoNumber } from './calls/errno-numbers.ts';
export { addressOf, fieldOf, integerOf, symbolValue } from './calls/expression-value.ts';

export { defaultDefines, type DrillMode, type DrillSettings, settingsOf } from './script/drill-settings.ts';
export { compareOutbound, type ComparisonContext, type FieldDifference } from './packets/compare-outbound.ts';
export { inboundPacket } from './packets/inbound-packet.ts';
export { JoinedSegments } from './packets/joined-segments.ts';
export { formatOutbound } from './packets/packet-text.ts';
export { type Endpoints, ScriptConnection } from './packets/script-connection.ts';
export { ScriptFault } from './script/script-fault.ts';
export { formatFlags } from './script/tcp-flags.ts';
export type { SequenceSpace } from './packets/sequence-space.ts';
export type { TimestampMap } from './packets/timestamp-map.ts';
export {
  expectedReturn,
  type ExpectedTime,
  expectedTime,
  PATIENCE,
  relativeBase,
  timingFault,
  toleranceOf,
} from './script/timing.ts';
export { findUnsupported, type UnsupportedUse } from './run/unsupported-use.ts';

export { drill } from './run/drill.ts';
export { type DrillFailure, type DrillResult, formatFailure } from './run/drill-result.ts';
export { type RunOptions, runScript } from './run/run-script.ts';
export { runText, type RunTextOptions } from './run/run-text.ts';
