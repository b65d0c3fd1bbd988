import { expect, test } from 'vitest';
import { Trace, type TraceEvent } from '../src/index.ts';
import { address, Exchange } from './exchange.ts';

function timers(...times: number[]): TraceEvent[] {
  const exchange = new Exchange();
  for (const time of times) exchange.timer(time, 'client', 'persist');
  return exchange.events;
}

function recorded(events: Iterable<TraceEvent>, trace = new Trace()): Trace {
  for (const event of events) trace.record(event);
  return trace;
}

function payloadOf(event: TraceEvent | undefined): Uint8Array | null {
  return event?.type === 'segment' && event.packet.kind === 'tcp' ? event.packet.segment.payload : null;
}

test('it keeps events in the order in which they are recorded, whatever their times', () => {
  const events = [...timers(5), ...timers(3)];
  const trace = recorded(events);
  expect(trace.events).toEqual(events);
  expect([...trace]).toEqual(events);
  expect(trace.size).toBe(2);
});

test('the oldest events make room when the limit is reached', () => {
  const trace = recorded(timers(0, 1, 2, 3, 4, 5, 6), new Trace({ limit: 3 }));
  expect(trace.events.map(({ time }) => time)).toEqual([4, 5, 6]);
  expect(trace.size).toBe(3);
  expect(trace.forgotten).toBe(4);
});

test.each([0, -1, 1.5, NaN, Infinity])('a limit of %d is refused', (limit) => {
  expect(() => new Trace({ limit })).toThrow(/^limit must be an integer from 1 to/);
});

test('a payload outlives the buffer that it was a view of', () => {
  const exchange = new Exchange();
  const buffer = Buffer.from('hello');
  const packet = exchange.packet('client', 'ACK', { payload: buffer.subarray(0, 4) });
  const trace = recorded(exchange.sent(0, 'client', packet).events);
  buffer.fill(0);
  expect(payloadOf(trace.events[0])).toEqual(new Uint8Array([0x68, 0x65, 0x6c, 0x6c]));
});

test('a packet that is sent and received is copied once', () => {
  const [sent, received] = recorded(new Exchange().pass(0, 'client', 'ACK', { length: 10 }).events).events;
  expect(payloadOf(sent)).toBe(payloadOf(received));
});

test('without payloads, their lengths are kept and their octets are not', () => {
  const events = new Exchange()
    .pass(0, 'client', 'ACK', { length: 10 })
    .pass(1, 'client', 'ACK', { length: 20 }).events;
  const kept = recorded(events, new Trace({ payload: false })).events.map(payloadOf);
  expect(kept).toEqual([10, 10, 20, 20].map((length) => new Uint8Array(length)));
});

test('the body of an ICMP message is copied, too', () => {
  const body = new Uint8Array([1, 2, 3]);
  const exchange = new Exchange();
  const { source, destination } = exchange.packet('server', 'ACK');
  const message = { type: 3, code: 3, parameter: 0, quoted: null, body };
  const packet = { kind: 'icmp', source, destination, hopLimit: 64, dscp: 0, message } as const;
  const [event] = recorded(exchange.sent(0, 'server', packet).events).events;
  body.fill(0);
  expect(event).toMatchObject({ packet: { message: { body: new Uint8Array([1, 2, 3]) } } });
});

test('it lists the connections that were seen and their events', () => {
  const one = new Exchange('10.0.0.1').handshake();
  const other = new Exchange('10.0.0.3').handshake(10);
  const trace = recorded([...one.events, ...other.events]);
  expect(trace.connections).toEqual([one.ends, other.ends]);
  expect(trace.eventsOf(other.ends)).toEqual(other.events);
});

test('the events of an endpoint are its own and the packets from and to it', () => {
  const one = new Exchange('10.0.0.1').handshake().timer(1, 'client', 'keepalive');
  const other = new Exchange('10.0.0.3').handshake(10);
  const trace = recorded([...one.events, ...other.events]);
  expect(trace.eventsAt(one.ends.client)).toEqual(one.events);
  expect(trace.eventsAt(one.ends.server)).toEqual([...one.events.slice(0, -1), ...other.events]);
});

test('a call on a socket that is not connected is an event of its endpoint and of no connection', () => {
  const exchange = new Exchange();
  const local = { address: address('10.0.0.2'), port: 80 };
  exchange.add({
    type: 'call',
    time: 0,
    host: 'server',
    local,
    remote: null,
    call: 'listen(128)',
    result: '0',
  });
  const trace = recorded(exchange.events);
  expect(trace.connections).toEqual([]);
  expect(trace.eventsAt(local)).toEqual(exchange.events);
});

test('clearing forgets events, and what makes room for what', () => {
  const trace = recorded(timers(0, 1, 2), new Trace({ limit: 2 }));
  trace.clear();
  expect([trace.size, trace.forgotten, trace.events]).toEqual([0, 0, []]);
  expect(recorded(timers(7), trace).events.map(({ time }) => time)).toEqual([7]);
});
