import type { Packet } from '@halfclose/codec';
import type { Milliseconds } from '@halfclose/timers';

/** A packet on its way over a link. */
export interface Crossing {
  packet: Packet;
  readonly octets: number;
  readonly sentAt: Milliseconds;
  /** Its place among those sent, from 1. */
  readonly ordinal: number;
  /** Milliseconds that a rule adds to its delay. */
  readonly extraDelay: Milliseconds;
  /** Copies that a rule asks for. */
  readonly copies: number;
  /** Bits that a rule flips. */
  readonly flippedBits: number;
  /** Whether a rule spares it from chance. */
  readonly isSpared: boolean;
  readonly isCopy: boolean;
}
