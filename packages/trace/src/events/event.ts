import type { IpAddress, Packet } from '@halfclose/codec';

/** One end of a connection. */
export interface TraceEndpoint {
  /** IPv4, v4-mapped as {@link IpAddress} holds it, or IPv6. */
  readonly address: IpAddress;
  /** 0 to 65535. */
  readonly port: number;
}

interface EventBase {
  /** Milliseconds of the host's clock. */
  readonly time: number;
  /** The host it happened on. */
  readonly host: string;
}

/** A packet left or reached a host, or was dropped there or on the way. */
export interface SegmentEvent extends EventBase {
  readonly type: 'segment';
  /** Seen from `host`: it left, it arrived, or it was dropped there or on the way. */
  readonly direction: 'sent' | 'received' | 'dropped';
  /** Its payload may be a view of a live buffer: valid only until `record` returns. */
  readonly packet: Packet;
  /** State of the connection it belongs to after the event; `null`: no connection. */
  readonly state: string | null;
  /** Why it was dropped. */
  readonly reason?: string;
}

/** A connection went from one state to another. */
export interface StateEvent extends EventBase {
  readonly type: 'state';
  /** The end on `host`, whose state it is. */
  readonly local: TraceEndpoint;
  /** The other end. */
  readonly remote: TraceEndpoint;
  /** The state before, as RFC 9293 prints it: `FIN-WAIT-2`. */
  readonly from: string;
  /** The state after, in the same form. */
  readonly to: string;
  /** What caused it, in a few words: `close()`, `FIN received`. */
  readonly why: string;
}

/** A timer of a connection expired. */
export interface TimerEvent extends EventBase {
  readonly type: 'timer';
  /** The end on `host`, whose timer it is. */
  readonly local: TraceEndpoint;
  /** The other end. */
  readonly remote: TraceEndpoint;
  /** `retransmission`, `loss probe`, `persist`, `delayed ack`, `keepalive`, `FIN-WAIT-2`, `TIME-WAIT`. */
  readonly timer: string;
}

/** A program called its socket, and the call returned. */
export interface CallEvent extends EventBase {
  readonly type: 'call';
  /** `null`: not bound yet. */
  readonly local: TraceEndpoint | null;
  /** `null`: not connected. */
  readonly remote: TraceEndpoint | null;
  /** `connect`, `send(1000)`, `shutdown(SHUT_WR)`, `close`. */
  readonly call: string;
  /** `0`, `1000`, `-1 EPIPE`; empty: nothing to tell. */
  readonly result: string;
}

/** Somebody did something to a host, or to the network there: a fault, a verb of a test. */
export interface NoteEvent extends EventBase {
  readonly type: 'note';
  /** In a few words: `crash()`, `partition from db`. */
  readonly text: string;
}

/** Whatever a trace is made of. Who reports events makes objects of these shapes and needs nothing of this package. */
export type TraceEvent = SegmentEvent | StateEvent | TimerEvent | CallEvent | NoteEvent;
