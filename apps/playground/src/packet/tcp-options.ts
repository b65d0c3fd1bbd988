/** An option of a TCP header (RFC 9293, 3.1), as packetdrill writes it. */
export interface TcpOption {
  /** `mss`, `sackOK`, `TS`, ... */
  readonly name: string;
  /** Octets. */
  readonly length: number;
  /** What it says: `1460`, `val 7 ecr 0`; empty: nothing more. */
  readonly text: string;
}

/** The options of a header in their order, padding included; what is cut off ends them. */
export function tcpOptions(bytes: Uint8Array): TcpOption[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const options: TcpOption[] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = view.getUint8(at);
    if (kind === 0) {
      options.push({ name: 'eol', length: bytes.length - at, text: '' });
      break;
    }
    if (kind === 1) {
      options.push({ name: 'nop', length: 1, text: '' });
      at++;
      continue;
    }
    const length = at + 1 < bytes.length ? view.getUint8(at + 1) : 0;
    if (length < 2 || at + length > bytes.length) break;
    options.push(optionOf(view, kind, at, length));
    at += length;
  }
  return options;
}

function optionOf(view: DataView, kind: number, at: number, length: number): TcpOption {
  if (kind === 2 && length === 4) return { name: 'mss', length, text: String(view.getUint16(at + 2)) };
  if (kind === 3 && length === 3) return { name: 'wscale', length, text: String(view.getUint8(at + 2)) };
  if (kind === 4 && length === 2) return { name: 'sackOK', length, text: '' };
  if (kind === 8 && length === 10)
    return { name: 'TS', length, text: `val ${view.getUint32(at + 2)} ecr ${view.getUint32(at + 6)}` };
  if (kind === 5) {
    const blocks = Array.from({ length: (length - 2) >> 3 }, (_, index) => {
      const edge = at + 2 + index * 8;
      return `${view.getUint32(edge)}:${view.getUint32(edge + 4)}`;
    });
    return { name: 'sack', length, text: blocks.join(' ') };
  }
  return { name: `kind ${kind}`, length, text: '' };
}
