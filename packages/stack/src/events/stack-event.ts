import type { IpAddress, Packet } from '@halfclose/codec';
import type { ConnectionState } from '@halfclose/tcp';
import type { ConnectionOwner } from '../connections/hosted-connection.ts';

/** One end of a connection, as events name it. */
export interface EventEndpoint {
  readonly address: IpAddress;
  readonly port: number;
}

interface EventBase {
  /** Milliseconds of the host's clock. */
  readonly time: number;
  /** The host's name. */
  readonly host: string;
}

/** A packet left the host, reached it, or was dropped by it. */
export interface StackSegmentEvent extends EventBase {
  readonly type: 'segment';
  readonly direction: 'sent' | 'received' | 'dropped';
  readonly packet: Packet;
  /** State of its connection after the event; `null`: none. */
  readonly state: ConnectionState | null;
  /** Why it was dropped. */
  readonly reason?: string;
}

/** A connection changed its state. */
export interface StackStateEvent extends EventBase {
  readonly type: 'state';
  readonly local: EventEndpoint;
  readonly remote: EventEndpoint;
  readonly from: ConnectionState;
  readonly to: ConnectionState;
  readonly why: string;
}

/** A timer of a connection struck. */
export interface StackTimerEvent extends EventBase {
  readonly type: 'timer';
  readonly local: EventEndpoint;
  readonly remote: EventEndpoint;
  readonly timer: string;
}

/** A program called something; emitted by the layers above. */
export interface StackCallEvent extends EventBase {
  readonly type: 'call';
  readonly local: EventEndpoint | null;
  readonly remote: EventEndpoint | null;
  readonly call: string;
  readonly result: string;
}

/** What an observer of a host is told. The package `trace` records these. */
export type StackEvent = StackSegmentEvent | StackStateEvent | StackTimerEvent | StackCallEvent;

/** Called for each event; must not call into the host. */
export type StackObserver = (event: StackEvent) => void;

/** Somebody who wants to be told of events at times. Neither may call into the host. */
export interface StackSubscriber {
  /** Whether there is somebody to tell now; asked before each event is made. */
  readonly active: boolean;
  /** `owner`: of the connection that changed its state, if it has one. */
  tell(event: StackEvent, owner: ConnectionOwner | null): void;
}
