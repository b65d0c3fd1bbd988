import { expect, test } from 'vitest';
import { ladder, type TraceEvent } from '../src/index.ts';
import { Exchange } from './exchange.ts';

const SYN_OPTIONS = { maximumSegmentSize: 1460, sackPermitted: true, hasTimestamps: true, windowScale: 7 };
const ANSI = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

test('names stand in place of the names of the hosts', () => {
  const { events } = new Exchange().handshake();
  expect(ladder(events, { names: ['curl', 'nginx'] }).split('\n')[0]).toMatchInlineSnapshot(
    `"ms curl 10.0.0.1:49152                                                             10.0.0.2:80 nginx"`,
  );
});

test('on one host the sides are called client and server', () => {
  const { events } = new Exchange('127.0.0.1', '127.0.0.1').handshake();
  const onOneHost = events.map((event): TraceEvent => ({ ...event, host: 'localhost' }));
  expect(ladder(onOneHost)).toBe(ladder(events));
});

test('long addresses take a line of their own', () => {
  const exchange = new Exchange(
    '2001:db8:1111:2222:3333:4444:5555:6666',
    '2001:db8:1111:2222:3333:4444:5555:7777',
  );
  expect(`\n${ladder(exchange.handshake().events)}\n`).toMatchInlineSnapshot(`
    "
    ms client                                                                                     server
       [2001:db8:1111:2222:3333:4444:5555:6666]:49152        [2001:db8:1111:2222:3333:4444:5555:7777]:80
     0 SYN-SENT    --- SYN 0:0(0) win 65535 ----------------------------------------------> SYN-RECEIVED
     0 ESTABLISHED <------------------------------------ SYN ACK 0:0(0) ack 1 win 65535 --- SYN-RECEIVED
     0 ESTABLISHED --- ACK 1:1(0) ack 1 win 65535 ----------------------------------------> ESTABLISHED
    "
  `);
});

test('in a narrow ladder arrows say less', () => {
  const exchange = new Exchange()
    .handshake(0, 100.125, SYN_OPTIONS)
    .pass(1000, 'client', 'PSH ACK', { seq: 1, ack: 1, length: 1000 }, { delay: 100 })
    .call(2000, 'server', `send(${'1'.repeat(80)})`);
  expect(`\n${ladder(exchange.events, { width: 72 })}\n`).toMatchInlineSnapshot(`
    "
          ms client 10.0.0.1:49152               10.0.0.2:80 server       ms
       0.000 SYN-SENT    --- SYN 0:0(0) -------------> SYN-RECEIVED  100.125
     200.250 ESTABLISHED <--- SYN ACK 0:0(0) ack 1 --- SYN-RECEIVED  100.125
     200.250 ESTABLISHED --- ACK 1:1(0) ack 1 -------> ESTABLISHED   300.375
    1000.000 ESTABLISHED --- PSH ACK 1:1001(1000) ---> ESTABLISHED  1100.000
             send(1111111111111111111111111111111111111111111111... 2000.000
    "
  `);
});

test.each([71, NaN])('a width of %d is refused', (width) => {
  expect(() => ladder([], { width })).toThrow(
    new RangeError(`width must be a number from 72 on, not ${width}`),
  );
});

test('a wide ladder is as wide as it is told', () => {
  const { events } = new Exchange().handshake(0, 10, SYN_OPTIONS);
  const widths = ladder(events, { width: 140 })
    .split('\n')
    .map((line) => line.length);
  expect(widths).toEqual([140, 140, 140, 140]);
});

test('times have as many places as they need, and seconds where milliseconds get long', () => {
  const clockOf = (...times: number[]) => {
    const exchange = new Exchange();
    for (const time of times) exchange.pass(time, 'client', 'ACK', { seq: 1, ack: 1 });
    return ladder(exchange.events)
      .split('\n')
      .map((line) => line.trim().split(' ')[0]);
  };
  expect(clockOf(7, 8)).toEqual(['ms', '0', '1']);
  expect(clockOf(7, 7.25)).toEqual(['ms', '0.00', '0.25']);
  expect(clockOf(0, 0.000_4)).toEqual(['ms', '0', '0']);
  expect(clockOf(0, 9_999)).toEqual(['ms', '0', '9999']);
  expect(clockOf(0, 10_000)).toEqual(['s', '0.000', '10.000']);
  expect(clockOf(0, 10_000.5)).toEqual(['s', '0.0000', '10.0005']);
});

test('colour changes no column, and there is none unless asked for', () => {
  const exchange = new Exchange().handshake(0, 5).orderlyClose(50, 5);
  const plain = ladder(exchange.events);
  expect(plain).not.toMatch(ANSI);
  expect(ladder(exchange.events, { color: true }).replace(ANSI, '')).toBe(plain);
});

test('SYN is green, FIN yellow, RST red, a timer and what is dropped are dim', () => {
  const exchange = new Exchange()
    .pass(0, 'client', 'SYN')
    .pass(1, 'client', 'ACK', { seq: 1, ack: 1 })
    .pass(2, 'client', 'FIN ACK', { seq: 1, ack: 1 })
    .pass(3, 'client', 'RST', { seq: 2 })
    .timer(4, 'client', 'keepalive')
    .dropped(5, 'client', new Exchange().packet('client', 'SYN'), 'no route');
  const codes = ladder(exchange.events, { color: true })
    .split('\n')
    .map((line) => line.match(ANSI)?.join('').replaceAll('\u001b', '') ?? '');
  expect(codes).toEqual(['', '[32m[0m', '', '[33m[0m', '[31m[0m', '[2m[0m', '[2m[0m']);
});

test('control characters in names and texts do not reach the terminal', () => {
  const exchange = new Exchange()
    .handshake()
    .call(1, 'client', 'send("a\u001b[31m\n")')
    .state(2, 'client', 'ESTABLISHED', 'CL\rOSED', 'wh\ty');
  const printed = ladder(exchange.events, { names: ['a\nb', 'c'] });
  expect(printed.split('\n')).toHaveLength(6);
  expect(printed.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
