/** What can be written: a string as UTF-8, or bytes. */
export type Writable = string | ArrayBuffer | ArrayBufferView | SharedArrayBuffer;

/**
 * The bytes to write. The offset and the length are of bytes, and mean nothing for strings.
 *
 * @throws TypeError for what has no bytes, RangeError for a part that it does not have
 */
export function bytesOf(data: unknown, byteOffset?: number, byteLength?: number): Uint8Array {
  if (data === undefined) return new Uint8Array(0);
  if (typeof data === 'string') return new TextEncoder().encode(data);
  const bytes = viewOf(data);
  if (bytes === null) {
    const message = `The "data" argument must be of type string, buffer, or blob. Received ${described(data)}`;
    throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
  }
  if (byteOffset === undefined && byteLength === undefined) return bytes;
  const from = part('byteOffset', byteOffset ?? 0, bytes.length);
  const count = part('byteLength', byteLength ?? bytes.length - from, bytes.length - from);
  return bytes.subarray(from, from + count);
}

function viewOf(data: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const isShared = typeof SharedArrayBuffer !== 'undefined' && data instanceof SharedArrayBuffer;
  return isShared || data instanceof ArrayBuffer ? new Uint8Array(data) : null;
}

function part(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  const message = `The value of "${name}" is out of range. It must be >= 0 and <= ${most}. Received ${value}`;
  throw Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' });
}

function described(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? `type ${typeof value} (${value})`
    : `type ${typeof value}`;
}
