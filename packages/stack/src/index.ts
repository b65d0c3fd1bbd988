// What the layers above need of the layers below, so that they depend on the stack alone.
export {
  ANY_IPV4,
  ANY_IPV6,
  type IcmpErrorLimits,
  IpAddress,
  LOOPBACK_IPV4,
  LOOPBACK_IPV6,
  parseIpAddress,
} from '@halfclose/codec';
export {
  type Allocate,
  bsd,
  type ChosenRoute,
  CallFact,
  type CloseReport,
  closeReport,
  type CloseReportOctets,
  type CongestionControlName,
  Connection,
  ConnectionEvent,
  type ConnectionSettings,
  type ConnectionState,
  decideCall,
  decidePoll,
  POLL_FACTS,
  PollFact,
  pollFactsOf,
  decideShutdown,
  expectMore,
  defaultSettings,
  type DirectionEnd,
  type EndMark,
  type EndCause,
  END_REASONS,
  type EndReason,
  type ErrorCall,
  type ErrorCode,
  type FirstToClose,
  formatCloseReport,
  hasEnded,
  isAtMark,
  lingers,
  linux,
  markUrgent,
  orphanPatience,
  passUrgentOctet,
  type Profile,
  PROFILES,
  profile,
  readableBeforeMark,
  readUrgentOctet,
  type ReportEndpoint,
  rfc9293,
  type ShutdownEffect,
  type StateChange,
  type TcpInfo,
  tcpInfo,
  urgentOctetsAhead,
} from '@halfclose/tcp';
export { Timer, type TimerService } from '@halfclose/timers';

export {
  type DumpedConnection,
  type DumpedEndpoint,
  type DumpedOwner,
  type DumpedTimer,
  type DumpedTimerName,
  formatDump,
} from './connection-dump.ts';
export { HOST_DROP_REASONS, HostCounters, type HostDropReason } from './drop-counters.ts';
export { type ConnectRequest, Host } from './host.ts';
export type { HostOptions } from './host-state.ts';
export type { ConnectionOwner, HostedConnection } from './hosted-connection.ts';
export type { Caller, Next } from './run-loop.ts';
export type { InheritedSettings, Listener, ListenerOwner } from './listener.ts';
export { LoopbackDevice } from './loopback-device.ts';
export type { DeviceOffload, PacketDevice, Reassembler, RefusedFrames } from './packet-device.ts';
export { type Binding, PortTable, type WantedBinding } from './port-table.ts';
export { formatIpOptions, parseIpOptions } from './source-routing.ts';
export type { InterfaceAddress, Route } from './route-table.ts';
export type {
  EventEndpoint,
  StackCallEvent,
  StackEvent,
  StackObserver,
  StackSubscriber,
  StackSegmentEvent,
  StackStateEvent,
  StackTimerEvent,
} from './stack-event.ts';
export { type RecordOrigin, type RecordEntry, type RecordSurroundings, RecordTable } from './record-table.ts';
export type { FrameDevice, FrameOffload } from './frame-device.ts';
export { WireDevice } from './wire-device.ts';
