import { takeHexBlob, takeInteger, takeKeyword } from './parse-literal.ts';
import type { Scanner } from './scanner.ts';
import type { AccEcnCounter, ScriptTcpOption } from '../script/tcp-option.ts';
import { encodeOptions } from '../script/tcp-option-bytes.ts';

/** A header of 15 words without its first five (RFC 9293, 3.1). */
const MAXIMAL_OPTIONS = 40;

const BLOCK_AHEAD = /[0-9]/y;

/** The orders of counters that the option has kinds for (RFC 9768, 3.2.3). */
const ACCECN_ORDERS = ['e0b ceb e1b', 'e1b ceb e0b'];

/**
 * Takes a list of TCP options, `<mss 1000,nop,wscale 7>`; none if no list stands here, `null` for `<...>`.
 *
 * @throws ParseError for an unknown option, and if the options do not fill whole words of a TCP header
 */
export function parseTcpOptions(scanner: Scanner): readonly ScriptTcpOption[] | null {
  const start = scanner.offset;
  if (!scanner.takeText('<')) return [];
  if (scanner.takeText('...')) {
    scanner.expectText('>');
    return null;
  }
  const options: ScriptTcpOption[] = [];
  do options.push(parseTcpOption(scanner));
  while (scanner.takeText(','));
  scanner.expectText('>');
  const length = encodeOptions(options).length;
  if (length % 4 !== 0) {
    scanner.failAt(
      start,
      `the options take ${length} octets, which is no multiple of 4; nop or eol fills up`,
    );
  }
  if (length > MAXIMAL_OPTIONS) {
    scanner.failAt(
      start,
      `the options take ${length} octets, and a TCP header has room for ${MAXIMAL_OPTIONS}`,
    );
  }
  return options;
}

function parseTcpOption(scanner: Scanner): ScriptTcpOption {
  if (takeKeyword(scanner, 'nop')) return { kind: 'nop' };
  if (takeKeyword(scanner, 'eol')) return { kind: 'eol' };
  if (takeKeyword(scanner, 'sackOK')) return { kind: 'sackOK' };
  if (takeKeyword(scanner, 'mss')) return { kind: 'mss', value: takeInteger(scanner, 'the MSS', 0, 0xffff) };
  if (takeKeyword(scanner, 'wscale')) {
    return { kind: 'wscale', shift: takeInteger(scanner, 'the window scale', 0, 0xff) };
  }
  if (takeKeyword(scanner, 'sack')) return parseSack(scanner);
  if (takeKeyword(scanner, 'TS')) return parseTimestamps(scanner);
  if (takeKeyword(scanner, 'md5')) return { kind: 'md5', digest: parseBlob(scanner, 'the MD5 digest') };
  if (takeKeyword(scanner, 'FO')) return { kind: 'FO', cookie: parseCookie(scanner) };
  if (takeKeyword(scanner, 'FOEXP')) return { kind: 'FOEXP', cookie: parseCookie(scanner) };
  if (takeKeyword(scanner, 'ECN')) return parseAccEcn(scanner);
  return scanner.failExpecting('a TCP option');
}

function parseSack(scanner: Scanner): ScriptTcpOption {
  const edges: number[] = [];
  do {
    edges.push(takeInteger(scanner, 'the left edge of a SACK block'));
    scanner.expectText(':');
    edges.push(takeInteger(scanner, 'the right edge of a SACK block'));
  } while (scanner.sees(BLOCK_AHEAD));
  return { kind: 'sack', edges };
}

function parseTimestamps(scanner: Scanner): ScriptTcpOption {
  if (!takeKeyword(scanner, 'val')) scanner.failExpecting("'val'");
  const value = takeInteger(scanner, 'the timestamp value');
  if (!takeKeyword(scanner, 'ecr')) scanner.failExpecting("'ecr'");
  return { kind: 'TS', value, echo: takeInteger(scanner, 'the timestamp echo reply') };
}

function parseBlob(scanner: Scanner, what: string): Uint8Array {
  return takeHexBlob(scanner, what) ?? scanner.failExpecting(what);
}

/** A cookie request has an empty cookie (RFC 7413, 4.1.1). */
function parseCookie(scanner: Scanner): Uint8Array {
  return takeHexBlob(scanner, 'the Fast Open cookie') ?? new Uint8Array(0);
}

function parseAccEcn(scanner: Scanner): ScriptTcpOption {
  const start = scanner.offset;
  const counters: AccEcnCounter[] = [];
  for (let name = takeCounterName(scanner); name !== null; name = takeCounterName(scanner)) {
    counters.push({ name, value: takeInteger(scanner, 'the counter of the AccECN option', 0, 0xffffff) });
  }
  const order = counters.map(({ name }) => name).join(' ');
  if (counters.length === 0 || !ACCECN_ORDERS.some((known) => known.startsWith(order))) {
    scanner.failAt(start, "the counters of the AccECN option come as 'e0b ceb e1b' or 'e1b ceb e0b'");
  }
  return { kind: 'ECN', counters };
}

function takeCounterName(scanner: Scanner): AccEcnCounter['name'] | null {
  for (const name of ['e0b', 'ceb', 'e1b'] as const) if (takeKeyword(scanner, name)) return name;
  return null;
}
