import type { CongestionControlName } from '@halfclose/stack';
import type { Linger, NumberOption } from './socket-options.ts';

/** Options of setsockopt(2), and what their values are made of; times in the units of Linux. */
export interface OptionValues extends Readonly<Record<NumberOption, number>> {
  /** How long close() waits, or that it resets. */
  readonly SO_LINGER: Linger;
  /** The name of a congestion control; one that is not known is `-ENOENT`. */
  readonly TCP_CONGESTION: CongestionControlName;
  /** One key of Fast Open cookies, or two: 16 bytes each, as four little-endian words. */
  readonly TCP_FASTOPEN_KEY: Uint8Array;
  /** A source route: kind, length, pointer, stations (RFC 791, 3.1). */
  readonly IP_OPTIONS: Uint8Array;
}
