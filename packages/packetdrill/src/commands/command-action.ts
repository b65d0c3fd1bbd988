import type { ConnectionState, DumpedTimerName, HostDropReason } from '@halfclose/stack';
import type { Microseconds } from '../script/microseconds.ts';

/** A state that a socket of a script can be in. */
export type AssertedState = Exclude<ConnectionState, 'CLOSED' | 'LISTEN'>;

/** A timer of a socket, as ss(8) names it. */
export type AssertedTimer = DumpedTimerName;

/** What one command of a script means here. */
export type CommandAction =
  /** Sets a sysctl; its name has dots, and its values are separated by one blank each. */
  | { readonly kind: 'sysctl'; readonly name: string; readonly value: string }
  /** The states of all sockets but listeners, TIME-WAIT included, are these and no others; empty: there is none. */
  | { readonly kind: 'assert-states'; readonly states: readonly AssertedState[] }
  /** The only socket that is no listener has a timer that has so long to go; `null`: no socket has a timer. */
  | {
      readonly kind: 'assert-timer';
      readonly timer: {
        readonly from: Microseconds;
        readonly to: Microseconds;
        /** `null`: any. */
        readonly name: AssertedTimer | null;
      } | null;
    }
  /** Whether the device cuts large segments (ethtool's tso and gso), or the stack does. */
  | { readonly kind: 'offload'; readonly cuts: boolean }
  /** A packet was dropped for this reason. */
  | { readonly kind: 'assert-dropped'; readonly reason: HostDropReason }
  /** Forgets what was learnt of peers: the Fast Open cookies of servers. */
  | { readonly kind: 'forget-metrics' }
  | { readonly kind: 'sleep'; readonly duration: Microseconds }
  /** Has no meaning here, for the reason given. */
  | { readonly kind: 'ignored'; readonly command: string; readonly reason: string }
  /** May have a meaning, and cannot be done here. */
  | { readonly kind: 'unsupported'; readonly command: string; readonly reason: string };
