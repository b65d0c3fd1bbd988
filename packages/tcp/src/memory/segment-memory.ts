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

/** What Linux's send buffer is charged for each piece besides its data. */
const SENT_PIECE = 640;

/** What `bytes` of data take from the send buffer when they lie in pieces of `piece` bytes (see `write-pieces.ts`). */
export function sendMemory(bytes: number, piece: number): number {
  return bytes + Math.ceil(bytes / piece) * SENT_PIECE;
}

/** Bytes of data that take no more than `memory` of a send buffer. */
export function bytesSentIn(memory: number, piece: number): number {
  if (memory <= 0) return 0;
  const pieces = Math.floor(memory / (piece + SENT_PIECE));
  const rest = memory - pieces * (piece + SENT_PIECE) - SENT_PIECE;
  return pieces * piece + Math.max(rest, 0);
}

/** What a piece takes whole: the most that one write may take beyond the limit. */
export function pieceMemory(piece: number): number {
  return piece + SENT_PIECE;
}
