import type { WriteAs } from './program.ts';

/** Bytes of all kinds, and as many as are ever written at once. */
const PATTERN = Buffer.alloc(
  16_000_000,
  Uint8Array.from({ length: 251 }, (_, i) => (i * 7) % 251),
);
const TEXT = 'a½€😀'.repeat(60_000);

/** What is written, by the call. */
export function piece(bytes: number, as: WriteAs, call: number): Buffer | Uint8Array | string {
  const all = PATTERN.subarray(call % 251, (call % 251) + bytes);
  if (as === 'buffer') return all;
  if (as === 'uint8') return new Uint8Array(all.buffer, all.byteOffset, all.length);
  if (as === 'utf8' || as === 'utf16le') return TEXT.slice(0, Math.min(bytes, 200_000));
  return all.toString(as);
}
