export { Afterlife } from './control/control-block.ts';
export type { AckSchedule } from './receiving/ack-schedule.ts';
export { CLOSE_TABLE, type CloseAction, type CloseRule } from './closing/close-table.ts';
export {
  type CloseReport,
  closeReport,
  type CloseReportOctets,
  type FirstToClose,
  hasEnded,
  type ReportEndpoint,
} from './report/close-report.ts';
export { formatCloseReport } from './report/close-report-text.ts';
export type { CongestionControl, CongestionView } from './congestion/congestion-control.ts';
export { Connection } from './connection/connection.ts';
export {
  type ConnectionInit,
  type ConnectionSettings,
  defaultSettings,
} from './control/connection-settings.ts';
export { ConnectionEvent } from './control/connection-events.ts';
export { type ConnectionState, isSynchronized, TRANSITIONS } from './control/connection-state.ts';
export { LONG_AGO, NEVER } from './base/connection-time.ts';
export { type EndCause, END_REASONS, type EndReason } from './control/end-reasons.ts';
export type { DirectionEnd, EndMark, ErrorCode, StateChange } from './control/ending.ts';
export {
  CallFact,
  type CallResult,
  decideCall,
  ERROR_DELIVERY,
  type ErrorCall,
  type ErrorDeliveryRule,
} from './closing/error-delivery.ts';
export { FIN_TABLE, type FinEvent, type FinRule } from './closing/fin-table.ts';
export { abortOf, acknowledgmentOf, type ConnectionRecord, probeOf } from './records/connection-record.ts';
export { LINGER_TABLE, type LingerRule, lingers } from './closing/linger-table.ts';
export {
  decideShutdown,
  SHUTDOWN_TABLE,
  type ShutdownDirection,
  type ShutdownEffect,
  type ShutdownRule,
} from './closing/shutdown-table.ts';
export {
  decidePoll,
  POLL_FACTS,
  POLL_TABLE,
  PollFact,
  pollFactsOf,
  type PollFlag,
  type PollRule,
} from './connection/poll-table.ts';
export { TEXT_TABLE, type TextAnswer, TextFact, type TextRule } from './closing/text-table.ts';
export { finWait2Limit } from './closing/closing.ts';
export {
  finWait2Looks,
  finWait2Of,
  followRecord,
  isFinWait2Record,
  isHeardInFinWait2,
  reasonOfReset,
  receiveInFinWait2,
} from './records/fin-wait-2.ts';
export {
  FIN_WAIT_2_TABLE,
  type FinWait2Answer,
  FinWait2Fact,
  type FinWait2Rule,
} from './records/fin-wait-2-rules.ts';
export {
  type FourTuple,
  initialSequenceNumber,
  type KeyedHash,
  portOffset,
  timestampOffset,
} from './opening/initial-sequence-number.ts';
export { sipHash } from './opening/keyed-hash.ts';
export { MemoryAccount, type MemoryCounters, type MemoryDropReason } from './memory/memory-account.ts';
export type { NetworkError, NetworkErrorKind } from './arrival/network-error.ts';
export { type ListenVerdict, receiveInListen } from './opening/listen.ts';
export {
  bsd,
  checkWholeProfile,
  linux,
  type Profile,
  PROFILES,
  profile,
  rfc9293,
} from './profile/profile.ts';
export { RESET_ERRORS, type ResetErrorRule } from './control/reset-error.ts';
export { resetFor } from './control/reset-reply.ts';
export { orphanPatience } from './profile/retry-limits.ts';
export { type Allocate, BlockPool } from './sending/send-buffer.ts';
export type { Path } from './path/path.ts';
export type { SegmentMaker, Sender } from './sending/sender.ts';
export type { TransmitTimerKind } from './recovery/transmit-timer.ts';
export type { Receiver } from './receiving/receiver.ts';
export type { ChosenRoute } from './path/source-route.ts';
export { type TcpInfo, tcpInfo } from './report/tcp-info.ts';
export { closedTcpInfo, listenerTcpInfo } from './report/unconnected-tcp-info.ts';
export {
  COOKIE_LIFETIME,
  cookieOf,
  keepOptionsInTimestamp,
  synBehindCookie,
  withoutWhatNoCookieKeeps,
} from './opening/syn-cookie.ts';
export { receiveInTimeWait, REOPEN_ISS_STEP, timeWaitOf } from './records/time-wait.ts';
export {
  isAtMark,
  markUrgent,
  passUrgentOctet,
  readableBeforeMark,
  readUrgentOctet,
  urgentOctetsAhead,
  type UrgentRead,
} from './calls/urgent-mode.ts';
export { expectMore, LEAST_SEND_BUFFER } from './calls/writing.ts';
export {
  TIME_WAIT_TABLE,
  TimeWaitFact,
  type TimeWaitRule,
  type TimeWaitVerdict,
} from './records/time-wait-rules.ts';
export type { CongestionControlName, CubicSlowStart, LingerUntil } from './profile/rule-names.ts';
export type { ControlBlock } from './control/control-block.ts';
export {
  ActiveFastOpen,
  type FastOpen,
  type FastOpenAnswer,
  type FastOpenFailure,
  type FastOpenGrant,
  type FastOpenRequest,
  PassiveFastOpen,
} from './control/fast-open.ts';
export { type FastOpenOption, fastOpenOptionOf } from './control/fast-open-option.ts';
export { fastOpenCookie, sameCookie } from './opening/fast-open-cookie.ts';
