import type { Packet } from '@halfclose/codec';
import type { Milliseconds } from '@halfclose/timers';
import type { DirectionName } from '../rules/rule.ts';

/** One thing that happened to a packet on a link. */
export interface LinkEvent {
  /** What happened to the packet. */
  readonly kind: 'sent' | 'delivered' | 'dropped' | 'duplicated' | 'corrupted' | 'marked';
  /** When, in milliseconds of the link's clock. */
  readonly now: Milliseconds;
  /** The name of the link. */
  readonly link: string;
  /** Which way the packet goes. */
  readonly direction: DirectionName;
  /** The packet itself, not a copy. */
  readonly packet: Packet;
  /** When it was sent. */
  readonly sentAt: Milliseconds;
  /** Why it was dropped; empty otherwise. */
  readonly reason: string;
}
