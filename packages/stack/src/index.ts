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
  closedTcpInfo,
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
  listenerTcpInfo,
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
} from './host/connection-dump.ts';
export { HOST_DROP_REASONS, HostCounters, type HostDropReason } from './events/drop-counters.ts';
export { Host } from './host/host.ts';
export type { ConnectRequest } from './opening/connect-request.ts';
export { type DeviceHostOptions, hostOnDevice } from './host/host-on-device.ts';
export type { HostOptions } from './host/host-options.ts';
export type { ConnectionOwner, HostedConnection } from './connections/hosted-connection.ts';
export type { Caller, Next } from './host/run-loop.ts';
export type { InheritedSettings, Listener, ListenerOwner } from './connections/listener.ts';
export { cutPacket } from './devices/cut-packet.ts';
export { LoopbackDevice } from './devices/loopback-device.ts';
export type { DeviceOffload, PacketDevice, Reassembler, RefusedFrames } from './devices/packet-device.ts';
export { type Binding, PortTable, type WantedBinding } from './ports/port-table.ts';
export { formatIpOptions, parseIpOptions } from './routing/source-routing.ts';
export type { InterfaceAddress, Route } from './routing/route-table.ts';
export type {
  EventEndpoint,
  StackCallEvent,
  StackEvent,
  StackObserver,
  StackSubscriber,
  StackSegmentEvent,
  StackStateEvent,
  StackTimerEvent,
} from './events/stack-event.ts';
export { RecordTable } from './records/record-table.ts';
export type { RecordEntry, RecordOrigin, RecordSurroundings } from './records/record-entry.ts';
export type { FrameDevice, FrameOffload } from './devices/frame-device.ts';
export { WireDevice } from './devices/wire-device.ts';
export type { FastOpenWish } from './opening/fast-open-client.ts';
export type { FastOpenSettings } from './connections/fast-open-queue.ts';
