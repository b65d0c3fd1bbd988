/** Text that is a smaller part of its memory than this is copied when it stays. */
const LEAST_PART = 1 / 2;

/** Memory that is not worth a copy, however small a part of it is wanted. */
const WORTH_A_COPY = 1024;

/**
 * Whether a view keeps much more memory than its text: an octet would keep the whole frame that it came in, or a block of
 * what many connections wrote (docs/decisions/0002-views-and-blocks.md).
 */
export function isSmallPart({ length, buffer }: Uint8Array): boolean {
  return length < buffer.byteLength * LEAST_PART && buffer.byteLength > WORTH_A_COPY;
}
