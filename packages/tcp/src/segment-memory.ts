/** Octets of a received packet besides its text: headers, the room before them, and Linux's skb_shared_info. */
const AROUND_TEXT = 52 + 66 + 320;
/** Linux's struct sk_buff. */
const DESCRIPTOR = 256;
const SMALLEST_BLOCK = 512;
const PAGE = 4096;

/**
 * What a segment with so much text takes from the receive buffer: as on Linux, the memory that holds it and not the
 * text alone (skb->truesize), so that many small segments fill a buffer as fast as they fill memory. Up to a page the
 * allocator gives powers of two; the rest of a larger one lies in whole pages.
 */
export function receiveMemory(octets: number): number {
  const whole = octets + AROUND_TEXT;
  if (whole > PAGE) return DESCRIPTOR + PAGE + Math.ceil((whole - PAGE) / PAGE) * PAGE;
  let block = SMALLEST_BLOCK;
  while (block < whole) block *= 2;
  return DESCRIPTOR + block;
}

/** Octets of text that a segment may have which is to take no more than `memory`. */
export function octetsReceivedIn(memory: number): number {
  const whole = memory - DESCRIPTOR;
  if (whole < SMALLEST_BLOCK) return 0;
  const block = whole < PAGE ? 2 ** (31 - Math.clz32(whole)) : whole - (whole % PAGE);
  return block - AROUND_TEXT;
}

/** What Linux's send buffer is charged for each segment besides its text. */
const SENT_SEGMENT = 640;

/** What `octets` of text take from the send buffer when they go in segments of `mss`. */
export function sendMemory(octets: number, mss: number): number {
  return octets + Math.ceil(octets / mss) * SENT_SEGMENT;
}

/** Octets that may still be written where `memory` is taken of a send buffer of `limit`: whole segments, the last may exceed it. */
export function sendRoom(memory: number, mss: number, limit: number): number {
  const left = limit - memory;
  return left <= 0 ? 0 : Math.ceil(left / (mss + SENT_SEGMENT)) * mss;
}

/** Octets of text that take no more than `memory` of a send buffer. */
export function octetsSentIn(memory: number, mss: number): number {
  if (memory <= 0) return 0;
  const segments = Math.floor(memory / (mss + SENT_SEGMENT));
  const rest = memory - segments * (mss + SENT_SEGMENT) - SENT_SEGMENT;
  return segments * mss + Math.max(rest, 0);
}

/** The most that one write may take beyond what {@link sendRoom} counts. */
export function lastSegmentMemory(mss: number): number {
  return mss + SENT_SEGMENT;
}
