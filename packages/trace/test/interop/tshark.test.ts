import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { icmpError, IcmpType, IcmpUnreachable } from '@halfclose/codec';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { ladder, type PcapngTraceOptions, type TraceEvent, writePcapng } from '../../src/index.ts';
import { Exchange } from '../exchange.ts';

/** Wireshark's command line. */
const TSHARK = process.env['TSHARK'] ?? 'tshark';
const hasTshark = spawnSync(TSHARK, ['--version']).status === 0;
const directory = mkdtempSync(join(tmpdir(), 'halfclose-trace-'));
afterAll(() => rmSync(directory, { recursive: true }));
beforeEach((context) => context.skip(!hasTshark, 'there is no tshark on this machine'));

/** The fields of each packet, as tshark reads them with all checks of checksums on. */
function tshark(events: Iterable<TraceEvent>, fields: string[], options?: PcapngTraceOptions): string[][] {
  const file = join(directory, 'trace.pcapng');
  writeFileSync(file, writePcapng(events, options));
  const checks = ['tcp.check_checksum:TRUE', 'ip.check_checksum:TRUE'].flatMap((check) => ['-o', check]);
  const columns = fields.flatMap((field) => ['-e', field]);
  const run = spawnSync(
    TSHARK,
    ['-n', '-r', file, ...checks, '-T', 'fields', '-E', 'separator=;', ...columns],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(';'));
}

const SYN_OPTIONS = {
  maximumSegmentSize: 1460,
  sackPermitted: true,
  hasTimestamps: true,
  timestampValue: 1,
  windowScale: 7,
};

/** A connection with every option in use, loss, and an orderly close. */
function connection(client?: string, server?: string): Exchange {
  const exchange = new Exchange(client, server).handshake(0, 10, SYN_OPTIONS);
  const lost = exchange.packet('client', 'ACK', { seq: 1, ack: 1, length: 1000 });
  const sackBlocks = [1001, 2001].map((edge) => exchange.initialSequenceNumbers.client + edge);
  return exchange
    .sent(50, 'client', lost)
    .dropped(50, 'link', lost, 'loss')
    .pass(51, 'client', 'ACK', { seq: 1001, ack: 1, length: 1000 }, { delay: 10 })
    .pass(61, 'server', 'ACK', { seq: 1, ack: 1, options: { sackBlocks } }, { delay: 10 })
    .pass(250, 'client', 'ACK', { seq: 1, ack: 1, length: 1000 }, { delay: 10 })
    .pass(260, 'server', 'ACK', { seq: 1, ack: 2001 }, { delay: 10 })
    .orderlyClose(300, 10, 2001);
}

const FAMILIES = [
  ['IPv4', '10.0.0.1', '10.0.0.2', ['1', '1']],
  ['IPv6', '2001:db8::1', '2001:db8::2', ['', '1']],
] as const;

test.each(FAMILIES)(
  'over %s it finds nothing malformed and all checksums good',
  (_, client, server, good) => {
    const { events } = connection(client, server);
    const packets = tshark(events, ['_ws.malformed', 'ip.checksum.status', 'tcp.checksum.status']);
    const segments = events.filter(({ type }) => type === 'segment').length - 1;
    expect(packets).toEqual(Array.from({ length: segments }, () => ['', ...good]));
  },
);

test.each(FAMILIES)('over %s it reads the flags and numbers that were recorded', (_, client, server) => {
  const { events } = connection(client, server);
  const fields = ['tcp.flags', 'tcp.seq_raw', 'tcp.ack_raw', 'tcp.len', 'tcp.window_size_value'];
  const expected = events.flatMap((event) => {
    if (event.type !== 'segment' || event.direction !== 'sent' || event.packet.kind !== 'tcp') return [];
    const { flags, seq, ack, payload, window } = event.packet.segment;
    const numbers = [seq >>> 0, ack >>> 0, payload.length, window].map(String);
    return [[`0x${flags.toString(16).padStart(4, '0')}`, ...numbers]];
  });
  expect(tshark(events, fields, { once: true })).toEqual(expected);
});

test('its numbers, scaled windows and repetitions are those of our ladder', () => {
  const { events } = connection();
  const fields = ['tcp.seq', 'tcp.len', 'tcp.ack', 'tcp.window_size', 'tcp.analysis.retransmission'];
  const lines = ladder(events, { width: 160 }).split('\n').slice(1);
  const expected = lines.map((line) => {
    const numbers = /(\d+):\d+\((\d+)\)(?: ack (\d+))? win (\d+)/.exec(line)?.slice(1) ?? [];
    return [...numbers.map((number) => number ?? '0'), line.includes(' again ') ? '1' : ''];
  });
  expect(tshark(events, fields, { once: true })).toEqual(expected);
  expect(expected.filter((fields) => fields[4] === '1')).toHaveLength(1);
});

test('it reads the options of TCP', () => {
  const { events } = connection();
  const fields = ['tcp.options.mss_val', 'tcp.options.wscale.shift', 'tcp.options.timestamp.tsval'];
  const packets = tshark(events, [...fields, 'tcp.options.sack_le', 'tcp.options.sack_re'], { once: true });
  expect(packets[0]).toEqual(['1460', '7', '1', '', '']);
  expect(packets[5]?.slice(3)).toEqual(['1001', '2001']);
});

test('it reads interfaces, times and comments', () => {
  const exchange = new Exchange()
    .state(1.5, 'client', 'CLOSED', 'SYN-SENT', 'connect()')
    .pass(1.5, 'client', 'SYN', {}, { delay: 0.25 });
  const fields = ['frame.interface_name', 'frame.time_epoch', 'frame.comment'];
  expect(tshark(exchange.events, fields, { epoch: Date.UTC(2026, 0, 1) })).toEqual([
    ['client', '1767225600.001500000', 'CLOSED -> SYN-SENT (connect())'],
    ['server', '1767225600.001750000', ''],
  ]);
});

test('it puts the pieces of a segment too long for IP together', () => {
  const exchange = new Exchange().handshake();
  exchange.pass(1, 'client', 'PSH ACK', { seq: 1, ack: 1, length: 300_000 });
  const fields = ['tcp.len', 'tcp.nxtseq', 'tcp.analysis.flags', 'tcp.checksum.status', '_ws.malformed'];
  const packets = tshark(exchange.events, fields, { once: true });
  expect(packets.slice(3)).toEqual([
    ['65495', '65496', '', '1', ''],
    ['65495', '130991', '', '1', ''],
    ['65495', '196486', '', '1', ''],
    ['65495', '261981', '', '1', ''],
    ['38020', '300001', '', '1', ''],
  ]);
});

test('it reads an ICMP error with the segment that it quotes', () => {
  const exchange = new Exchange();
  const about = exchange.packet('client', 'SYN');
  const message = icmpError(IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.PORT, about);
  const { source, destination } = exchange.packet('server', 'ACK');
  exchange
    .pass(0, 'client', 'SYN')
    .sent(0, 'server', { ...about, kind: 'icmp', source, destination, message });
  const fields = ['icmp.type', 'icmp.code', 'icmp.checksum.status', 'tcp.dstport', '_ws.malformed'];
  expect(tshark(exchange.events, fields).at(-1)).toEqual(['3', '3', '1', '80', '']);
});

test('it reads a file without packets', () => {
  expect(tshark([], ['frame.number'])).toEqual([]);
});
