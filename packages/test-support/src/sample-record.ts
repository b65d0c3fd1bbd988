/** What a host keeps of a connection that is over, for tables in which it does not matter of which. */
export const SAMPLE_RECORD = {
  sndNxt: 1,
  rcvNxt: 2,
  window: 500,
  windowShift: 7,
  timestamps: true,
  tsRecent: 3,
  timestampOffset: 0,
  lastChallengeAt: -Infinity,
} as const;
