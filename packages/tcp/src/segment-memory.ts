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

/** What Linux's send buffer is charged for each segment besides its text. */
const SENT_SEGMENT = 640;

/** What `octets` of text take from the send buffer when they go in segments of `mss`. */
export function sendMemory(octets: number, mss: number): number {
  return octets + Math.ceil(octets / mss) * SENT_SEGMENT;
}

/** Octets that may still be written when `held` are in a send buffer of `limit`: whole segments, the last may exceed it. */
export function sendRoom(held: number, mss: number, limit: number): number {
  const left = limit - sendMemory(held, mss);
  return left <= 0 ? 0 : Math.ceil(left / (mss + SENT_SEGMENT)) * mss;
}
