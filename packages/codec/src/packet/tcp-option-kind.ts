/** The TCP option kinds that this codec interprets (RFC 9293, 3.1; RFC 7323; RFC 2018). */
export const OptionKind = {
  END: 0,
  NOP: 1,
  MAXIMUM_SEGMENT_SIZE: 2,
  WINDOW_SCALE: 3,
  SACK_PERMITTED: 4,
  SACK: 5,
  TIMESTAMPS: 8,
} as const;

/** NOP, NOP and the kind and length octets of timestamps, as the head of a timestamps option alone (RFC 7323, A). */
export const ALIGNED_TIMESTAMPS = 0x0101080a;
