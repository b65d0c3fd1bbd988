import { takeInteger, takeKeyword, seesKeyword } from './parse-literal.ts';
import type { Scanner } from './scanner.ts';
import type { EcnMark, Encapsulation, ScriptIpHeader } from '../script/script-packet.ts';

const MARKS: readonly EcnMark[] = ['noecn', 'ect0', 'ect1', 'ect01', 'ce'];
const OPENING = /[[(]/y;
const LAYER = /(ipv4|ipv6|gre|GREv0|mpls)\b[^\n]*?:(?=\s)/y;
const PSP = /encap\s+psp\s+spi\s+(?:0x[0-9a-fA-F]+|[0-9]+)/y;

const NOTHING: ScriptIpHeader = { ecn: null, tos: null, ttl: null, flowLabel: null };

/**
 * Takes what a packet says of its IP header: `[ect0]`, `(tos 0x10)`, `(ttl 64)`, `(flowlabel 0x1)`, or several of
 * them with commas between. All `null` if it says nothing.
 *
 * @throws ParseError if the bracket has something else in it
 */
export function parseIpHeader(scanner: Scanner): ScriptIpHeader {
  const opening = scanner.take(OPENING);
  if (opening === null) return NOTHING;
  let header = NOTHING;
  do header = { ...header, ...parseIpField(scanner) };
  while (scanner.takeText(','));
  scanner.expectText(opening === '[' ? ']' : ')');
  return header;
}

function parseIpField(scanner: Scanner): Partial<ScriptIpHeader> {
  if (takeKeyword(scanner, 'tos')) return { tos: takeInteger(scanner, 'the TOS octet', 0, 0xff) };
  if (takeKeyword(scanner, 'ttl')) return { ttl: takeInteger(scanner, 'the TTL', 0, 0xff) };
  if (takeKeyword(scanner, 'flowlabel')) {
    return { flowLabel: takeInteger(scanner, 'the flow label', 0, 0xfffff) };
  }
  const ecn = MARKS.find((mark) => takeKeyword(scanner, mark));
  return ecn === undefined ? scanner.failExpecting('an ECN mark, tos, ttl or flowlabel') : { ecn };
}

/** Takes the headers around the packet that stand before its own: `ipv4 1.2.3.4 > 5.6.7.8:`, `gre:`, `mpls ...:`. */
export function parseOuterHeaders(scanner: Scanner): Encapsulation[] {
  const headers: Encapsulation[] = [];
  for (;;) {
    const { position } = scanner;
    const match = scanner.match(LAYER);
    if (match === null) return headers;
    headers.push({ position, protocol: protocolOf(match[1] ?? ''), text: match[0] });
  }
}

function protocolOf(word: string): Encapsulation['protocol'] {
  return word === 'ipv4' || word === 'ipv6' || word === 'mpls' ? word : 'gre';
}

/**
 * Takes `encap psp spi N`, if it stands here.
 *
 * @throws ParseError for any other `encap`
 */
export function parsePspHeader(scanner: Scanner): Encapsulation[] {
  const { position } = scanner;
  const text = scanner.take(PSP);
  if (text !== null) return [{ position, protocol: 'psp', text }];
  if (seesKeyword(scanner, 'encap')) scanner.failExpecting("'encap psp spi' and a number");
  return [];
}
