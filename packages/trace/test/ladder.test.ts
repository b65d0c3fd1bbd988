import { expect, test } from 'vitest';
import { ladder } from '../src/index.ts';
import { Exchange } from './exchange.ts';

const SYN_OPTIONS = { maximumSegmentSize: 1460, sackPermitted: true, hasTimestamps: true, windowScale: 7 };

test('a whole connection on loopback has one clock', () => {
  const exchange = new Exchange('127.0.0.1', '127.0.0.1')
    .call(0, 'client', 'connect', '-1 EINPROGRESS')
    .handshake(0, 0, SYN_OPTIONS)
    .call(0, 'client', 'send(1000)', '1000')
    .pass(0, 'client', 'PSH ACK', { seq: 1, ack: 1, length: 1000, window: 512 })
    .timer(40, 'server', 'delayed ack')
    .pass(40, 'server', 'ACK', { seq: 1, ack: 1001, window: 504 })
    .call(1000, 'client', 'close')
    .orderlyClose(1000, 0, 1001)
    .timer(61_000, 'client', 'TIME-WAIT')
    .state(61_000, 'client', 'TIME-WAIT', 'CLOSED', '2MSL');
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
         s client 127.0.0.1:49152                                                    127.0.0.1:80 server
     0.000 connect() = -1 EINPROGRESS
     0.000 SYN-SENT    --- SYN 0:0(0) win 65535 <mss 1460,sackOK,TS,wscale 7> ------------> SYN-RECEIVED
     0.000 ESTABLISHED <-- SYN ACK 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS,wscale 7> --- SYN-RECEIVED
     0.000 ESTABLISHED --- ACK 1:1(0) ack 1 win 8388480 ----------------------------------> ESTABLISHED
     0.000 send(1000) = 1000
     0.000 ESTABLISHED --- PSH ACK 1:1001(1000) ack 1 win 65536 --------------------------> ESTABLISHED
     0.040                                                                           [delayed ack timer]
     0.040 ESTABLISHED <--------------------------------- ACK 1:1(0) ack 1001 win 64512 --- ESTABLISHED
     1.000 close() = 0
     1.000 FIN-WAIT-1  --- FIN ACK 1001:1001(0) ack 1 win 8388480 ------------------------> CLOSE-WAIT
     1.000 FIN-WAIT-2  <------------------------------- ACK 1:1(0) ack 1002 win 8388480 --- CLOSE-WAIT
     1.000 TIME-WAIT   <--------------------------- FIN ACK 1:1(0) ack 1002 win 8388480 --- LAST-ACK
     1.000 TIME-WAIT   --- ACK 1002:1002(0) ack 2 win 8388480 ----------------------------> CLOSED
    61.000 [TIME-WAIT timer]
    61.000 CLOSED      (2MSL)
    "
  `);
});

test('where packets take time, each side has its own clock', () => {
  const exchange = new Exchange().handshake(0, 25, SYN_OPTIONS).orderlyClose(100, 25);
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
     ms client 10.0.0.1:49152                                                     10.0.0.2:80 server  ms
      0 SYN-SENT    --- SYN 0:0(0) win 65535 <mss 1460,sackOK,TS,wscale 7> -----------> SYN-RECEIVED  25
     50 ESTABLISHED <- SYN ACK 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS,wscale 7> --- SYN-RECEIVED  25
     50 ESTABLISHED --- ACK 1:1(0) ack 1 win 8388480 ---------------------------------> ESTABLISHED   75
    100 FIN-WAIT-1  --- FIN ACK 1:1(0) ack 1 win 8388480 -----------------------------> CLOSE-WAIT   125
    150 FIN-WAIT-2  <--------------------------------- ACK 1:1(0) ack 2 win 8388480 --- CLOSE-WAIT   125
    175 TIME-WAIT   <----------------------------- FIN ACK 1:1(0) ack 2 win 8388480 --- LAST-ACK     150
    175 TIME-WAIT   --- ACK 2:2(0) ack 2 win 8388480 ---------------------------------> CLOSED       200
    "
  `);
});

test('a half-closed connection goes on in one direction', () => {
  const exchange = new Exchange()
    .handshake(0, 10)
    .call(50, 'client', 'shutdown(SHUT_WR)')
    .pass(50, 'client', 'FIN ACK', { seq: 1, ack: 1 }, { states: ['FIN-WAIT-1', 'CLOSE-WAIT'], delay: 10 })
    .pass(60, 'server', 'ACK', { seq: 1, ack: 2 }, { states: ['CLOSE-WAIT', 'FIN-WAIT-2'], delay: 10 })
    .call(80, 'server', 'send(500)', '500')
    .pass(
      80,
      'server',
      'PSH ACK',
      { seq: 1, ack: 2, length: 500 },
      { states: ['CLOSE-WAIT', 'FIN-WAIT-2'], delay: 10 },
    )
    .pass(90, 'client', 'ACK', { seq: 2, ack: 501 }, { states: ['FIN-WAIT-2', 'CLOSE-WAIT'], delay: 10 })
    .call(120, 'server', 'close')
    .pass(120, 'server', 'FIN ACK', { seq: 501, ack: 2 }, { states: ['LAST-ACK', 'TIME-WAIT'], delay: 10 })
    .pass(130, 'client', 'ACK', { seq: 2, ack: 502 }, { states: ['TIME-WAIT', 'CLOSED'], delay: 10 });
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
     ms client 10.0.0.1:49152                                                     10.0.0.2:80 server  ms
      0 SYN-SENT    --- SYN 0:0(0) win 65535 -----------------------------------------> SYN-RECEIVED  10
     20 ESTABLISHED <------------------------------- SYN ACK 0:0(0) ack 1 win 65535 --- SYN-RECEIVED  10
     20 ESTABLISHED --- ACK 1:1(0) ack 1 win 65535 -----------------------------------> ESTABLISHED   30
     50 shutdown(SHUT_WR) = 0
     50 FIN-WAIT-1  --- FIN ACK 1:1(0) ack 1 win 65535 -------------------------------> CLOSE-WAIT    60
     70 FIN-WAIT-2  <----------------------------------- ACK 1:1(0) ack 2 win 65535 --- CLOSE-WAIT    60
                                                                                     send(500) = 500  80
     90 FIN-WAIT-2  <--------------------------- PSH ACK 1:501(500) ack 2 win 65535 --- CLOSE-WAIT    80
     90 FIN-WAIT-2  --- ACK 2:2(0) ack 501 win 65535 ---------------------------------> CLOSE-WAIT   100
                                                                                         close() = 0 120
    130 TIME-WAIT   <--------------------------- FIN ACK 501:501(0) ack 2 win 65535 --- LAST-ACK     120
    130 TIME-WAIT   --- ACK 2:2(0) ack 502 win 65535 ---------------------------------> CLOSED       140
    "
  `);
});

test('a refused connection ends with an RST, and no connection is a dash', () => {
  const exchange = new Exchange();
  exchange.initialSequenceNumbers.server = 0;
  exchange
    .pass(0, 'client', 'SYN', {}, { states: ['SYN-SENT', null] })
    .pass(0, 'server', 'RST ACK', { ack: 1 }, { states: [null, 'CLOSED'] })
    .call(0, 'client', 'connect', '-1 ECONNREFUSED');
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                          10.0.0.2:80 server
     0 SYN-SENT --- SYN 0:0(0) win 65535 ------------------------------------------------------------> -
     0 CLOSED   <------------------------------------------------------------ RST ACK 0:0(0) ack 1 --- -
     0 connect() = -1 ECONNREFUSED
    "
  `);
});

test('of several connections it draws the first, or the one that is asked for', () => {
  const one = new Exchange('10.0.0.1').handshake();
  const other = new Exchange('10.0.0.3').handshake();
  const events = [...one.events, ...other.events];
  expect(ladder(events)).toBe(ladder(one.events));
  expect(ladder(events, { connection: other.ends })).toBe(ladder(other.events));
});

test('no events make an empty ladder', () => {
  expect(ladder([])).toBe('');
});

test('a connection of a socket with itself can be drawn', () => {
  const exchange = new Exchange('127.0.0.1', '127.0.0.1');
  exchange.ends.server = exchange.ends.client;
  exchange.handshake();
  expect(ladder(exchange.events).split('\n')).toHaveLength(4);
});
