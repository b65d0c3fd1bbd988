import type { Profile } from '@halfclose/stack';

export type HostName = 'client' | 'server';

/** Which way packets go that a knob or a fault is about. */
export type Way = 'client>server' | 'server>client';

/** What a program calls. It calls one thing after the other: while send() waits for room, what follows waits, too. */
export type Call =
  | { readonly call: 'listen'; readonly backlog: number }
  /** `port`: where it binds before; `null`: the next one from 40,000. */
  | { readonly call: 'connect'; readonly port: number | null }
  | { readonly call: 'send'; readonly bytes: number }
  /** Whether it reads all that arrives, at once. */
  | { readonly call: 'read'; readonly isOn: boolean }
  | { readonly call: 'recv'; readonly bytes: number }
  | { readonly call: 'shutdown'; readonly how: 'rd' | 'wr' | 'rdwr' }
  | { readonly call: 'close' }
  /** SO_LINGER; `null`: off. */
  | { readonly call: 'linger'; readonly seconds: number | null }
  | { readonly call: 'set'; readonly option: SocketOption; readonly value: number }
  | { readonly call: 'unlisten' }
  /** Whether it accepts what connects to it, at once. */
  | { readonly call: 'accept'; readonly isOn: boolean }
  | { readonly call: 'dup' }
  /** getsockopt(SO_ERROR) */
  | { readonly call: 'error' }
  /** connect() on the socket that it has already. */
  | { readonly call: 'again' }
  /** Its process ends. */
  | { readonly call: 'exit' }
  /** The host's power fails. */
  | { readonly call: 'crash' }
  /** SYNs from addresses that answer nobody reach the other host. */
  | { readonly call: 'flood'; readonly count: number; readonly every: number };

/** Options of sockets that scenarios set. */
export const SOCKET_OPTIONS = [
  'SO_KEEPALIVE',
  'SO_RCVBUF',
  'SO_REUSEADDR',
  'SO_SNDBUF',
  'TCP_CORK',
  'TCP_KEEPCNT',
  'TCP_KEEPIDLE',
  'TCP_KEEPINTVL',
  'TCP_LINGER2',
  'TCP_NODELAY',
  'TCP_USER_TIMEOUT',
] as const;

export type SocketOption = (typeof SOCKET_OPTIONS)[number];

/** The knobs of the link, each way the same or one way only. */
export interface Knobs {
  /** Milliseconds, one way. */
  readonly delay?: number;
  readonly jitter?: number;
  /** Bits per second; Infinity: no limit. */
  readonly rate?: number;
  /** Packets that may wait for the transmitter. */
  readonly queue?: number;
  /** Probabilities, 0 to 1. */
  readonly loss?: number;
  readonly reorder?: number;
  readonly duplicate?: number;
  readonly corrupt?: number;
  /** Nothing gets through. */
  readonly cut?: boolean;
}

/** What happens to packets that a fault matches. */
export type Verb =
  | { readonly verb: 'drop' | 'duplicate' | 'corrupt' | 'reset' }
  /** Milliseconds that they take longer. */
  | { readonly verb: 'delay'; readonly delay: number };

export const KINDS = ['any', 'syn', 'synack', 'fin', 'rst', 'data', 'ack', 'again', 'larger'] as const;

/** Which packets: `ack`: those that only acknowledge; `again`: retransmissions; `larger`: IP packets longer than `octets`. */
export interface PacketChoice {
  readonly kind: (typeof KINDS)[number];
  readonly octets: number;
  readonly way: Way | null;
  /** All, or the nth, the first n, or each nth of them, counted from when the fault begins. */
  readonly count: { readonly by: 'all' } | { readonly by: 'nth' | 'first' | 'every'; readonly n: number };
}

/** Something that is done to the world at a time. */
export type Input = { readonly at: number } & (
  | { readonly kind: 'call'; readonly host: HostName; readonly call: Call }
  | { readonly kind: 'link'; readonly way: Way | null; readonly knobs: Knobs }
  | { readonly kind: 'fault'; readonly verb: Verb; readonly packets: PacketChoice }
);

/** All that a world is made of: the same gives the same, to the last bit. */
export interface WorldSetup {
  readonly seed: number;
  /** How the hosts differ from the profile `linux`. */
  readonly profiles: Readonly<Record<HostName, Partial<Profile>>>;
  readonly inputs: readonly Input[];
  /** Virtual milliseconds after which nobody waits any more for something to happen. */
  readonly until: number;
}

/** A day: longer than what gives up of itself. */
export const DEFAULT_UNTIL = 3_600_000;

/** What everything is derived from where nothing is said. */
export const EMPTY_SETUP: WorldSetup = {
  seed: 1,
  profiles: { client: {}, server: {} },
  inputs: [],
  until: DEFAULT_UNTIL,
};
