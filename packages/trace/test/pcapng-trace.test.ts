import { decodePacket, type Packet, type Pcapng, readPcapng } from '@halfclose/codec';
import { expect, test } from 'vitest';
import { PcapngTrace, type PcapngTraceOptions, Trace, type TraceEvent, writePcapng } from '../src/index.ts';
import { Exchange } from './exchange.ts';

function read(bytes: Uint8Array): Pcapng {
  const capture = readPcapng(bytes);
  if (typeof capture === 'string') throw new Error(capture);
  return capture;
}

/** What the file says: interface, time, flags and comment of each packet. */
function summary(events: Iterable<TraceEvent>, options?: PcapngTraceOptions): string[] {
  const { interfaces, packets } = read(writePcapng(events, options));
  return packets.map(({ interfaceId, time, comment }) => {
    const name = interfaces[interfaceId]?.name ?? '';
    return [name, time, ...(comment === null ? [] : [comment])].join(' | ');
  });
}

function packetsOf(events: Iterable<TraceEvent>): (Packet | string)[] {
  return read(writePcapng(events)).packets.map(({ bytes }) => decodePacket(bytes));
}

test('a packet stands on the interface of its sender and on that of its receiver', () => {
  const exchange = new Exchange().pass(1, 'client', 'SYN', {}, { delay: 2.5 });
  expect(summary(exchange.events)).toEqual(['client | 1', 'server | 3.5']);
});

test('what is read back is what was recorded', () => {
  const options = { maximumSegmentSize: 1460, sackPermitted: true, hasTimestamps: true, windowScale: 7 };
  const exchange = new Exchange()
    .handshake(0, 0, options)
    .pass(1, 'client', 'PSH ACK', { seq: 1, ack: 1, length: 9 });
  const expected = exchange.events.map((event) => event.type === 'segment' && event.packet);
  expect(packetsOf(exchange.events)).toEqual(expected);
});

test('with once, a packet stands only where it was sent', () => {
  const exchange = new Exchange().pass(1, 'client', 'SYN', {}, { delay: 2 });
  expect(summary(exchange.events, { once: true })).toEqual(['client | 1']);
});

test('with once, a packet from a host that is not recorded stands where it was received', () => {
  const exchange = new Exchange();
  exchange
    .sent(0, 'client', exchange.packet('client', 'SYN'))
    .received(5, 'client', exchange.packet('server', 'SYN ACK', { ack: 1 }));
  expect(summary(exchange.events, { once: true })).toEqual(['client | 0', 'client | 5']);
});

test('times count from the epoch', () => {
  const epoch = Date.UTC(2026, 0, 1);
  const exchange = new Exchange().sent(1.25, 'client', new Exchange().packet('client', 'SYN'));
  expect(summary(exchange.events, { epoch })).toEqual([`client | ${epoch + 1.25}`]);
});

test('a transition is told with the packet of its moment, whichever is recorded first', () => {
  const fin = new Exchange().packet('client', 'FIN ACK', { seq: 1, ack: 1 });
  const before = new Exchange()
    .state(5, 'client', 'ESTABLISHED', 'FIN-WAIT-1', 'close()')
    .sent(5, 'client', fin, 'FIN-WAIT-1');
  const after = new Exchange()
    .sent(5, 'client', fin, 'FIN-WAIT-1')
    .state(5, 'client', 'ESTABLISHED', 'FIN-WAIT-1', 'close()');
  const expected = ['client | 5 | ESTABLISHED -> FIN-WAIT-1 (close())'];
  expect([summary(before.events), summary(after.events)]).toEqual([expected, expected]);
});

test('transitions without a packet are told with the next one of the same end', () => {
  const exchange = new Exchange()
    .state(5, 'client', 'ESTABLISHED', 'FIN-WAIT-1', 'close()')
    .pass(17, 'server', 'ACK', { seq: 1, ack: 1 });
  expect(summary(exchange.events)).toEqual([
    'server | 17',
    'client | 17 | ESTABLISHED -> FIN-WAIT-1 (close(), 12 ms earlier)',
  ]);
});

test('a drop that is reported right behind the sending is told with the packet', () => {
  const exchange = new Exchange();
  const packet = exchange.packet('client', 'SYN');
  exchange.sent(0, 'client', packet).dropped(0, 'link', packet, 'loss');
  expect(summary(exchange.events)).toEqual(['client | 0 | dropped: loss']);
});

test('any other drop stands on an interface of its own', () => {
  const exchange = new Exchange();
  const packet = exchange.packet('client', 'SYN');
  exchange
    .sent(0, 'client', packet)
    .timer(1, 'client', 'retransmission')
    .dropped(5, 'server', packet, 'no listener');
  exchange.pass(6, 'client', 'SYN').dropped(7, 'server', packet, 'no listener');
  expect(summary(exchange.events)).toEqual([
    'client | 0 | dropped: no listener',
    'client | 6',
    'server | 6',
    'server (dropped) | 7 | dropped: no listener',
  ]);
});

test('with once, a packet that was written is not written again when it is dropped', () => {
  const exchange = new Exchange();
  const packet = exchange.packet('client', 'SYN');
  exchange.sent(0, 'client', packet).pass(1, 'server', 'ACK').dropped(2, 'link', packet, 'partition');
  expect(summary(exchange.events, { once: true })).toEqual(['client | 0', 'server | 1']);
});

test('a segment too long for IP is cut in sequence, and its end comes last', () => {
  const exchange = new Exchange();
  const payload = Uint8Array.from({ length: 150_000 }, (_, index) => index);
  const flags = 'FIN PSH ACK CWR';
  exchange.sent(0, 'client', exchange.packet('client', flags, { seq: 1, ack: 1, payload }));
  const { packets } = read(writePcapng(exchange.events));
  const segments = packets.map(({ bytes }) => {
    const packet = decodePacket(bytes);
    if (typeof packet === 'string' || packet.kind !== 'tcp') throw new Error('not a segment');
    return packet.segment;
  });
  expect(segments.map(({ seq, flags: bits }) => [seq, bits])).toEqual([
    [-2, 0x90],
    [65_493, 0x10],
    [130_988, 0x19],
  ]);
  expect(segments.flatMap((segment) => [...segment.payload])).toEqual([...payload]);
  expect(packets.map(({ comment }) => comment)).toEqual(
    [1, 2, 3].map((piece) => `piece ${piece} of 3 of one segment of 150000 octets`),
  );
});

test('the urgent pointer of a cut segment stays with the piece that it points into or behind', () => {
  const exchange = new Exchange();
  const fields = { seq: 1, ack: 1, length: 150_000, options: { urgentPointer: 65_500 } };
  exchange.sent(0, 'client', exchange.packet('client', 'ACK URG', fields));
  const pieces = packetsOf(exchange.events).map(
    (packet) => typeof packet !== 'string' && packet.kind === 'tcp' && packet.segment,
  );
  expect(pieces).toMatchObject([
    { flags: 0x30, urgentPointer: 65_500 },
    { flags: 0x30, urgentPointer: 5 },
    { flags: 0x10, urgentPointer: 0 },
  ]);
});

test('a packet that no wire can carry is left out and counted', () => {
  const exchange = new Exchange();
  const unknownOptions = [{ kind: 254, data: new Uint8Array(39) }];
  exchange.pass(0, 'client', 'SYN', { options: { unknownOptions } }).pass(1, 'client', 'SYN');
  const trace = new PcapngTrace();
  for (const event of exchange.events) trace.record(event);
  expect(trace.uncarried).toBe(2);
  expect(summary(exchange.events)).toEqual(['client | 1', 'server | 1']);
});

test('the pieces of the incremental writer make the same file', () => {
  const { events } = new Exchange().handshake(0, 5).orderlyClose(50, 5);
  const trace = new PcapngTrace();
  const chunks = [...events.map((event) => trace.record(event)), trace.flush()];
  expect(Buffer.concat(chunks)).toEqual(Buffer.from(writePcapng(events)));
});

test('octets are copied when they are recorded', () => {
  const exchange = new Exchange();
  const payload = new Uint8Array([1, 2, 3]);
  const trace = new PcapngTrace();
  const packet = exchange.packet('client', 'ACK', { seq: 1, ack: 1, payload });
  const first = trace.record({ ...exchange.sent(0, 'client', packet).events[0] } as TraceEvent);
  payload.fill(0);
  const file = Buffer.concat([first, trace.flush()]);
  expect([...(read(file).packets[0]?.bytes.slice(-3) ?? [])]).toEqual([1, 2, 3]);
});

test('a trace can be written as it is', () => {
  const { events } = new Exchange().handshake();
  const trace = new Trace();
  for (const event of events) trace.record(event);
  expect(writePcapng(trace)).toEqual(writePcapng(events));
});

test('a file without packets is a file', () => {
  expect(read(writePcapng([]))).toEqual({ interfaces: [], packets: [] });
});
