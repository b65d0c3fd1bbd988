import type { AccEcnCounter, ScriptTcpOption } from './tcp-option.ts';

/** TCP option kinds (IANA "TCP Option Kind Numbers"). */
const Kind = {
  EOL: 0,
  NOP: 1,
  MSS: 2,
  WINDOW_SCALE: 3,
  SACK_PERMITTED: 4,
  SACK: 5,
  TIMESTAMPS: 8,
  MD5: 19,
  FAST_OPEN: 34,
  ACCECN_0: 172,
  ACCECN_1: 174,
  EXPERIMENT: 254,
} as const;

/** The ExID of Fast Open before it had a kind of its own (RFC 6994; RFC 7413, 4.1). */
const FAST_OPEN_EXID = [0xf9, 0x89];

/** The options as they stand in a TCP header. */
export function encodeOptions(options: readonly ScriptTcpOption[]): Uint8Array {
  return Uint8Array.from(options.flatMap((option) => [...encodeOption(option)]));
}

/** An option as it stands in a TCP header. */
export function encodeOption(option: ScriptTcpOption): readonly number[] {
  switch (option.kind) {
    case 'eol':
      return [Kind.EOL];
    case 'nop':
      return [Kind.NOP];
    case 'mss':
      return [Kind.MSS, 4, option.value >> 8, option.value & 0xff];
    case 'wscale':
      return [Kind.WINDOW_SCALE, 3, option.shift];
    case 'sackOK':
      return [Kind.SACK_PERMITTED, 2];
    case 'sack':
      return withLength(Kind.SACK, option.edges.flatMap(uint32));
    case 'TS':
      return withLength(Kind.TIMESTAMPS, [...uint32(option.value), ...uint32(option.echo)]);
    case 'md5':
      return withLength(Kind.MD5, [...option.digest]);
    case 'FO':
      return withLength(Kind.FAST_OPEN, [...option.cookie]);
    case 'FOEXP':
      return withLength(Kind.EXPERIMENT, [...FAST_OPEN_EXID, ...option.cookie]);
    case 'ECN':
      return withLength(
        option.counters[0]?.name === 'e1b' ? Kind.ACCECN_1 : Kind.ACCECN_0,
        option.counters.flatMap(({ value }) => [value >> 16, (value >> 8) & 0xff, value & 0xff]),
      );
    case 'unknown':
      return withLength(option.number, [...option.data]);
  }
}

function withLength(kind: number, data: readonly number[]): number[] {
  return [kind, 2 + data.length, ...data];
}

function uint32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/**
 * The options that stand in a TCP header, up to and with the first end of list. `null` if they are malformed; what
 * the language has no word for is `'unknown'`.
 */
export function readOptions(bytes: Uint8Array): ScriptTcpOption[] | null {
  const options: ScriptTcpOption[] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = bytes[at] ?? 0;
    if (kind === Kind.EOL || kind === Kind.NOP) {
      options.push({ kind: kind === Kind.EOL ? 'eol' : 'nop' });
      at += 1;
      if (kind === Kind.EOL) break;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) return null;
    options.push(readOption(kind, bytes.subarray(at + 2, at + length)));
    at += length;
  }
  return options;
}

function readOption(kind: number, data: Uint8Array): ScriptTcpOption {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const { length } = data;
  if (kind === Kind.MSS && length === 2) return { kind: 'mss', value: view.getUint16(0) };
  if (kind === Kind.WINDOW_SCALE && length === 1) return { kind: 'wscale', shift: view.getUint8(0) };
  if (kind === Kind.SACK_PERMITTED && length === 0) return { kind: 'sackOK' };
  if (kind === Kind.SACK && length > 0 && length % 8 === 0) {
    const edges = Array.from({ length: length / 4 }, (_, index) => view.getUint32(4 * index));
    return { kind: 'sack', edges };
  }
  if (kind === Kind.TIMESTAMPS && length === 8) {
    return { kind: 'TS', value: view.getUint32(0), echo: view.getUint32(4) };
  }
  if (kind === Kind.MD5 && length === 16) return { kind: 'md5', digest: data };
  if (kind === Kind.FAST_OPEN) return { kind: 'FO', cookie: data };
  if (kind === Kind.EXPERIMENT && FAST_OPEN_EXID.every((octet, index) => data[index] === octet)) {
    return { kind: 'FOEXP', cookie: data.subarray(2) };
  }
  if ((kind === Kind.ACCECN_0 || kind === Kind.ACCECN_1) && length > 0 && length % 3 === 0 && length <= 9) {
    return { kind: 'ECN', counters: readCounters(kind, data) };
  }
  return { kind: 'unknown', number: kind, data };
}

function readCounters(kind: number, data: Uint8Array): AccEcnCounter[] {
  const names = kind === Kind.ACCECN_1 ? (['e1b', 'ceb', 'e0b'] as const) : (['e0b', 'ceb', 'e1b'] as const);
  return names.slice(0, data.length / 3).map((name, index) => {
    const [high = 0, middle = 0, low = 0] = data.subarray(3 * index);
    return { name, value: (high << 16) | (middle << 8) | low };
  });
}
