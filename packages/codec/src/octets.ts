// Reads and writes in network byte order. Whoever calls has checked the bounds; the assertions live here only.

/** The octet at `offset`, 0 to 255. */
export function readUint8(bytes: Uint8Array, offset: number): number {
  return bytes[offset] as number;
}

/** The 16-bit number at `offset`, 0 to 65535. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}

/** The 32-bit number at `offset` as int32. */
export function readInt32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] as number) << 24) |
    ((bytes[offset + 1] as number) << 16) |
    ((bytes[offset + 2] as number) << 8) |
    (bytes[offset + 3] as number)
  );
}

/** Writes the low 16 bits of `value` at `offset`. */
export function writeUint16(target: Uint8Array, offset: number, value: number): void {
  target[offset] = value >>> 8;
  target[offset + 1] = value;
}

/** Writes the low 32 bits of `value` at `offset`. */
export function writeInt32(target: Uint8Array, offset: number, value: number): void {
  target[offset] = value >>> 24;
  target[offset + 1] = value >>> 16;
  target[offset + 2] = value >>> 8;
  target[offset + 3] = value;
}

/** A view of `length` octets from `offset`; cheaper than `subarray`, and a plain `Uint8Array` whatever `bytes` is. */
export function viewOf(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length);
}
