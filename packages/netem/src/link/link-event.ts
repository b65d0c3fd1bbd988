import type { Packet } from '@halfclose/codec';
import type { Milliseconds } from '@halfclose/timers';
import type { DirectionName } from '../rules/rule.ts';

/** One thing that happened to a packet on a link. */
export interface LinkEvent {
  readonly kind: 'sent' | 'delivered' | 'dropped' | 'duplicated' | 'corrupted' | 'marked';
  readonly now: Milliseconds;
  /** The name of the link. */
  readonly link: string;
  readonly direction: DirectionName;
  readonly packet: Packet;
  /** When it was sent. */
  readonly sentAt: Milliseconds;
  /** Why it was dropped; empty otherwise. */
  readonly reason: string;
}
