export { Afterlife } from './afterlife.ts';
export type { AckSchedule } from './ack-schedule.ts';
export { CLOSE_TABLE, type CloseAction, type CloseRule } from './close-table.ts';
export {
  type CloseReport,
  closeReport,
  type CloseReportOctets,
  type FirstToClose,
  hasEnded,
  type ReportEndpoint,
} from './close-report.ts';
export { formatCloseReport } from './close-report-text.ts';
export type { CongestionControl, CongestionControlName, CongestionView } from './congestion-control.ts';
export { Connection } from './connection.ts';
export { type ConnectionInit, type ConnectionSettings, defaultSettings } from './connection-settings.ts';
export { ConnectionEvent } from './connection-events.ts';
export { type ConnectionState, isSynchronized, TRANSITIONS } from './connection-state.ts';
export { LONG_AGO, NEVER } from './connection-time.ts';
export { type EndCause, END_REASONS, type EndReason } from './end-reasons.ts';
export type { DirectionEnd, EndMark, ErrorCode, StateChange } from './ending.ts';
export {
  CallFact,
  type CallResult,
  decideCall,
  ERROR_DELIVERY,
  type ErrorCall,
  type ErrorDeliveryRule,
} from './error-delivery.ts';
export { FIN_TABLE, type FinEvent, type FinRule } from './fin-table.ts';
export { abortOf, acknowledgmentOf, type ConnectionRecord, probeOf } from './connection-record.ts';
export { LINGER_TABLE, type LingerRule, lingers, type LingerUntil } from './linger-table.ts';
export {
  decideShutdown,
  SHUTDOWN_TABLE,
  type ShutdownDirection,
  type ShutdownEffect,
  type ShutdownRule,
} from './shutdown-table.ts';
export {
  decidePoll,
  POLL_FACTS,
  POLL_TABLE,
  PollFact,
  pollFactsOf,
  type PollFlag,
  type PollRule,
} from './poll-table.ts';
export { TEXT_TABLE, type TextAnswer, TextFact, type TextRule } from './text-table.ts';
export { finWait2Limit } from './closing.ts';
export {
  finWait2Looks,
  finWait2Of,
  followRecord,
  isFinWait2Record,
  isHeardInFinWait2,
  reasonOfReset,
  receiveInFinWait2,
} from './fin-wait-2.ts';
export {
  FIN_WAIT_2_TABLE,
  type FinWait2Answer,
  FinWait2Fact,
  type FinWait2Rule,
} from './fin-wait-2-rules.ts';
export {
  type FourTuple,
  initialSequenceNumber,
  type KeyedHash,
  portOffset,
  timestampOffset,
} from './initial-sequence-number.ts';
export { sipHash } from './keyed-hash.ts';
export { MemoryAccount, type MemoryCounters, type MemoryDropReason } from './memory-account.ts';
export type { NetworkError, NetworkErrorKind } from './network-error.ts';
export { type ListenVerdict, receiveInListen } from './listen.ts';
export { bsd, checkWholeProfile, linux, type Profile, PROFILES, profile, rfc9293 } from './profile.ts';
export { RESET_ERRORS, type ResetErrorRule } from './reset-error.ts';
export { resetFor } from './reset-reply.ts';
export { orphanPatience } from './retry-limits.ts';
export { type Allocate, BlockPool } from './send-buffer.ts';
export type { Path } from './path.ts';
export type { SegmentMaker, Sender } from './sender.ts';
export type { TransmitTimer } from './transmit-timer.ts';
export type { Receiver } from './receiver.ts';
export type { ChosenRoute } from './source-route.ts';
export { type TcpInfo, tcpInfo } from './tcp-info.ts';
export {
  COOKIE_LIFETIME,
  cookieOf,
  keepOptionsInTimestamp,
  synBehindCookie,
  withoutWhatNoCookieKeeps,
} from './syn-cookie.ts';
export { receiveInTimeWait, REOPEN_ISS_STEP, timeWaitOf } from './time-wait.ts';
export {
  isAtMark,
  markUrgent,
  passUrgentOctet,
  readableBeforeMark,
  readUrgentOctet,
  urgentOctetsAhead,
  type UrgentRead,
} from './urgent-data.ts';
export { expectMore, LEAST_SEND_BUFFER } from './writing.ts';
export { TIME_WAIT_TABLE, TimeWaitFact, type TimeWaitRule, type TimeWaitVerdict } from './time-wait-rules.ts';
