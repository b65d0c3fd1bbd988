import type { Profile } from '@halfclose/stack';

/** The kinds of senders that are compared, by the name that the tables give them. */
export const SENDERS = {
  /** The default: RACK-TLP (RFC 8985), CUBIC (RFC 9438) with HyStart++ (RFC 9406). */
  'RACK + CUBIC': {},
  /** The same loss recovery, with the windows of RFC 5681. */
  'RACK + Reno': { congestionControl: 'reno' },
  /** RFC 5681 and RFC 6582 as it is written, without SACK and so without RACK: a hole is repaired in a round trip. */
  NewReno: { congestionControl: 'reno', sack: false, impatientRecovery: true },
} satisfies Record<string, Partial<Profile>>;

/** One of {@link SENDERS}. */
export type SenderName = keyof typeof SENDERS;
