import { Flag } from '@halfclose/codec';
import { parseIpHeader, parseOuterHeaders, parsePspHeader } from './parse-ip-header.ts';
import { MAX_UINT32, seesKeyword, takeDefinableWord, takeInteger, takeKeyword } from './parse-literal.ts';
import { parseTcpOptions } from './parse-tcp-options.ts';
import type { Scanner } from './scanner.ts';
import type {
  Direction,
  Encapsulation,
  IcmpQuote,
  PortPair,
  ScriptIpHeader,
  ScriptPacket,
  SequenceRange,
} from '../script/script-packet.ts';
import { ACE_FLAGS, flagOfLetter, flagsOfAce } from '../script/tcp-flags.ts';

const DIRECTION = /[<>]/y;
const PORTS_AHEAD = /[0-9]+\s*>/y;
const FLAGS = /-(?![A-Za-z0-9_.])|[A-Za-z]*\.[0-9]?|[A-Za-z]+/y;
const MAX_UINT16 = 0xffff;

type Fields<P extends ScriptPacket['kind']> = Omit<Extract<ScriptPacket, { kind: P }>, keyof Base>;
type Base = Pick<ScriptPacket, 'position' | 'text' | 'direction' | 'ip' | 'encapsulations'>;

/**
 * Takes a packet: direction, headers around it, and TCP, UDP or ICMP.
 *
 * @throws ParseError if none stands here
 */
export function parsePacket(scanner: Scanner): ScriptPacket {
  const { position, offset } = scanner;
  const direction = scanner.expect(DIRECTION, 'a packet') === '<' ? 'inbound' : 'outbound';
  const outer = parseOuterHeaders(scanner);
  const ipStart = scanner.offset;
  const ip = parseIpHeader(scanner);
  if (ip.ecn === 'ect01' && direction === 'inbound') {
    scanner.failAt(ipStart, 'ect01 is two marks at once, which can be expected but not sent');
  }
  const encapsulations: Encapsulation[] = [...outer, ...parsePspHeader(scanner)];
  const fields = parseProtocol(scanner, direction, ip);
  return { position, text: scanner.textFrom(offset), direction, ip, encapsulations, ...fields };
}

function parseProtocol(
  scanner: Scanner,
  direction: Direction,
  ip: ScriptIpHeader,
): Fields<'tcp'> | Fields<'udp'> | Fields<'icmp'> {
  const start = scanner.offset;
  const isUdp = takeKeyword(scanner, 'udp');
  if (!isUdp && !takeKeyword(scanner, 'icmp')) return parseTcp(scanner, direction);
  if (isUdp && ip.ecn !== null) scanner.failAt(start, 'only TCP packets have an ECN mark');
  return isUdp ? parseUdp(scanner) : parseIcmp(scanner);
}

function parseTcp(scanner: Scanner, direction: Direction): Fields<'tcp'> {
  const ports = parsePorts(scanner);
  const { flags, ace } = parseFlags(scanner);
  const sequence = parseSequenceRange(scanner);
  const ack = takeNumberAfter(scanner, 'ack', 'the acknowledgment number', MAX_UINT32) ?? 0;
  const windowStart = scanner.offset;
  const window = takeNumberAfter(scanner, 'win', 'the window', MAX_UINT16);
  if (window === null && direction === 'inbound') {
    scanner.failAt(windowStart, "a packet that the script sends needs its window: 'win' and a number");
  }
  const urgentPointer = takeNumberAfter(scanner, 'urg', 'the urgent pointer', MAX_UINT16) ?? 0;
  const optionsStart = scanner.offset;
  const options = parseTcpOptions(scanner);
  if (options === null && direction === 'inbound') {
    scanner.failAt(optionsStart, '<...> leaves the options open, which can be expected but not sent');
  }
  return { kind: 'tcp', ports, flags, ace, sequence, ack, window, urgentPointer, options };
}

function takeNumberAfter(scanner: Scanner, keyword: string, what: string, max: number): number | null {
  return takeKeyword(scanner, keyword) ? takeInteger(scanner, what, 0, max) : null;
}

function parsePorts(scanner: Scanner): PortPair | null {
  if (!scanner.sees(PORTS_AHEAD)) return null;
  const source = takeInteger(scanner, 'the source port', 0, MAX_UINT16);
  scanner.expectText('>');
  return { source, destination: takeInteger(scanner, 'the destination port', 0, MAX_UINT16) };
}

function parseFlags(scanner: Scanner): { flags: number; ace: number | null } {
  const start = scanner.offset;
  const text = scanner.expect(FLAGS, 'TCP flags');
  let flags = 0;
  let ace: number | null = null;
  for (const letter of text) {
    if (letter === '-') continue;
    if (letter >= '0' && letter <= '9') {
      ace = Number(letter);
      continue;
    }
    const flag = flagOfLetter(letter);
    if (flag === null) return scanner.failAt(start, `'${letter}' in '${text}' is no TCP flag: FSRPUEWA or .`);
    flags |= flag;
  }
  if (ace === null) return { flags, ace };
  if (ace > 7 || (flags & ACE_FLAGS) !== 0 || (flags & Flag.ACK) === 0) {
    scanner.failAt(start, `'${text}': the number after the dot is that of A, W and E together, 0 to 7`);
  }
  return { flags: flags | flagsOfAce(ace), ace };
}

function parseSequenceRange(scanner: Scanner): SequenceRange {
  const at = scanner.offset;
  const start = takeInteger(scanner, 'the sequence number');
  scanner.expectText(':');
  const end = takeInteger(scanner, 'the end of the sequence');
  scanner.expectText('(');
  const length = takeInteger(scanner, 'the length of the payload', 0, MAX_UINT16);
  scanner.expectText(')');
  if (end !== (start + length) >>> 0) {
    scanner.failAt(at, `${start}:${end}(${length}) does not add up: it ends at ${(start + length) >>> 0}`);
  }
  return { start, end, length };
}

function parseUdp(scanner: Scanner): Fields<'udp'> {
  const ports = parsePorts(scanner);
  return { kind: 'udp', ports, length: parseLength(scanner) };
}

function parseLength(scanner: Scanner): number {
  scanner.expectText('(');
  const length = takeInteger(scanner, 'the length of the payload', 0, MAX_UINT16);
  scanner.expectText(')');
  return length;
}

function parseIcmp(scanner: Scanner): Fields<'icmp'> {
  const type = takeDefinableWord(scanner) ?? scanner.failExpecting('an ICMP type');
  const hasCode = !seesKeyword(scanner, 'mtu') && !seesKeyword(scanner, 'id');
  const code = hasCode ? takeDefinableWord(scanner) : null;
  const mtu = takeNumberAfter(scanner, 'mtu', 'the MTU', MAX_UINT32);
  const echoId = takeNumberAfter(scanner, 'id', 'the identifier', MAX_UINT16);
  return { kind: 'icmp', type, code, mtu, echoId, quote: parseIcmpQuote(scanner) };
}

function parseIcmpQuote(scanner: Scanner): IcmpQuote | null {
  if (!scanner.takeText('[')) return null;
  const quote = parseQuoted(scanner);
  scanner.expectText(']');
  return quote;
}

function parseQuoted(scanner: Scanner): IcmpQuote {
  if (takeKeyword(scanner, 'udp')) return { kind: 'udp', length: parseLength(scanner) };
  if (takeKeyword(scanner, 'raw')) return { kind: 'raw', length: parseLength(scanner) };
  return { kind: 'tcp', sequence: parseSequenceRange(scanner) };
}
