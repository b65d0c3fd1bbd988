import { icmpError, IcmpType, IcmpUnreachable } from '@halfclose/codec';
import { expect, test } from 'vitest';
import { ladder } from '../src/index.ts';
import { address, Exchange } from './exchange.ts';

const DATA = { seq: 1, ack: 1, length: 100 };

test('a segment lost on its way ends with an x and the reason, its repetition says so', () => {
  const exchange = new Exchange();
  const toServer = exchange.packet('client', 'PSH ACK', DATA);
  const toClient = exchange.packet('server', 'PSH ACK', { seq: 1, ack: 101, length: 100 });
  exchange
    .sent(0, 'client', toServer)
    .dropped(0, 'link', toServer, 'loss')
    .timer(200, 'client', 'retransmission')
    .pass(200, 'client', 'PSH ACK', DATA, { delay: 10 })
    .sent(210, 'server', toClient)
    .dropped(215, 'link', toClient, 'queue full')
    .timer(410, 'server', 'retransmission')
    .pass(410, 'server', 'PSH ACK', { seq: 1, ack: 101, length: 100 }, { delay: 10 });
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
     ms client 10.0.0.1:49152                                                     10.0.0.2:80 server  ms
      0 ESTABLISHED --- PSH ACK 1:101(100) ack 1 win 65535 ---x loss
    200 [retransmission timer]
    200 ESTABLISHED --- PSH ACK 1:101(100) ack 1 win 65535 again ----------------------> ESTABLISHED 210
                                queue full x--- PSH ACK 1:101(100) ack 101 win 65535 --- ESTABLISHED 210
                                                                              [retransmission timer] 410
    420 ESTABLISHED <-------------------- PSH ACK 1:101(100) ack 101 win 65535 again --- ESTABLISHED 410
    "
  `);
});

test('a segment that the receiver drops gets as far as the receiver', () => {
  const exchange = new Exchange().pass(0, 'client', 'ACK', { seq: 1, ack: 1 }, { delay: 5 });
  const packet = exchange.packet('client', 'PSH ACK', DATA);
  exchange.sent(10, 'client', packet).dropped(15, 'server', packet, 'out of window', 'ESTABLISHED');
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                       10.0.0.2:80 server ms
     0 ESTABLISHED --- ACK 1:1(0) ack 1 win 65535 --------------------------------------> ESTABLISHED  5
    10 ESTABLISHED --- PSH ACK 1:101(100) ack 1 win 65535 (out of window) --------------x ESTABLISHED 15
    "
  `);
});

test('a segment dropped before it is sent has its arrow, too', () => {
  const exchange = new Exchange().handshake();
  exchange.dropped(10, 'client', exchange.packet('client', 'PSH ACK', DATA), 'no route', 'ESTABLISHED');
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                          10.0.0.2:80 server
     0 SYN-SENT    --- SYN 0:0(0) win 65535 ----------------------------------------------> SYN-RECEIVED
     0 ESTABLISHED <------------------------------------ SYN ACK 0:0(0) ack 1 win 65535 --- SYN-RECEIVED
     0 ESTABLISHED --- ACK 1:1(0) ack 1 win 65535 ----------------------------------------> ESTABLISHED
    10 ESTABLISHED --- PSH ACK 1:101(100) ack 1 win 65535 ---x no route
    "
  `);
});

test('a segment that vanishes without a word fades out', () => {
  const exchange = new Exchange().handshake();
  exchange.sent(10, 'client', exchange.packet('client', 'PSH ACK', DATA));
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                          10.0.0.2:80 server
     0 SYN-SENT    --- SYN 0:0(0) win 65535 ----------------------------------------------> SYN-RECEIVED
     0 ESTABLISHED <------------------------------------ SYN ACK 0:0(0) ack 1 win 65535 --- SYN-RECEIVED
     0 ESTABLISHED --- ACK 1:1(0) ack 1 win 65535 ----------------------------------------> ESTABLISHED
    10 ESTABLISHED --- PSH ACK 1:101(100) ack 1 win 65535 --- . . . . . . . . . . . . . . .
    "
  `);
});

test('a packet that arrives twice arrives the second time as a duplicate', () => {
  const exchange = new Exchange();
  const packet = exchange.packet('client', 'PSH ACK', DATA);
  exchange.sent(0, 'client', packet).received(10, 'server', packet).received(12, 'server', packet);
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                       10.0.0.2:80 server ms
     0 ESTABLISHED --- PSH ACK 1:101(100) ack 1 win 65535 ------------------------------> ESTABLISHED 10
                   . . . . . . . . . --- PSH ACK 1:101(100) ack 1 win 65535 duplicate --> ESTABLISHED 12
    "
  `);
});

test('a repeated SYN and a repeated FIN are marked', () => {
  const exchange = new Exchange();
  const syn = exchange.packet('client', 'SYN');
  exchange.sent(0, 'client', syn, 'SYN-SENT').dropped(0, 'link', syn, 'loss').handshake(1000);
  const fin = exchange.packet('client', 'FIN ACK', { seq: 1, ack: 1 });
  exchange.sent(2000, 'client', fin, 'FIN-WAIT-1').dropped(2000, 'link', fin, 'loss').orderlyClose(2200);
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
      ms client 10.0.0.1:49152                                                        10.0.0.2:80 server
       0 SYN-SENT    --- SYN 0:0(0) win 65535 ---x loss
    1000 SYN-SENT    --- SYN 0:0(0) win 65535 again --------------------------------------> SYN-RECEIVED
    1000 ESTABLISHED <---------------------------------- SYN ACK 0:0(0) ack 1 win 65535 --- SYN-RECEIVED
    1000 ESTABLISHED --- ACK 1:1(0) ack 1 win 65535 --------------------------------------> ESTABLISHED
    2000 FIN-WAIT-1  --- FIN ACK 1:1(0) ack 1 win 65535 ---x loss
    2200 FIN-WAIT-1  --- FIN ACK 1:1(0) ack 1 win 65535 again ----------------------------> CLOSE-WAIT
    2200 FIN-WAIT-2  <-------------------------------------- ACK 1:1(0) ack 2 win 65535 --- CLOSE-WAIT
    2200 TIME-WAIT   <---------------------------------- FIN ACK 1:1(0) ack 2 win 65535 --- LAST-ACK
    2200 TIME-WAIT   --- ACK 2:2(0) ack 2 win 65535 --------------------------------------> CLOSED
    "
  `);
});

test('an ICMP error comes from the side that the quoted segment went to', () => {
  const exchange = new Exchange();
  const about = exchange.packet('client', 'ACK', { seq: 1, ack: 1, length: 1400 });
  const message = icmpError(
    IcmpType.DESTINATION_UNREACHABLE,
    IcmpUnreachable.FRAGMENTATION_NEEDED,
    about,
    1280,
  );
  const router = address('10.0.0.254');
  exchange
    .sent(0, 'client', about)
    .dropped(5, 'router', about, 'too big')
    .received(10, 'client', { ...about, kind: 'icmp', source: router, destination: about.source, message });
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                          10.0.0.2:80 server
     0 ESTABLISHED --- ACK 1:1401(1400) ack 1 win 65535 ---x too big
    10 ESTABLISHED <---------------------------- ICMP fragmentation needed mtu 1280 from 10.0.0.254 ---
    "
  `);
});

test('a packet that arrives and is dropped then has one arrow, which ends at its receiver', () => {
  const exchange = new Exchange().handshake();
  const packet = exchange.packet('client', 'PSH ACK', DATA);
  exchange
    .sent(10, 'client', packet)
    .received(10, 'server', packet, 'ESTABLISHED')
    .dropped(10, 'server', packet, 'out of window', 'ESTABLISHED');
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                          10.0.0.2:80 server
     0 SYN-SENT    --- SYN 0:0(0) win 65535 ----------------------------------------------> SYN-RECEIVED
     0 ESTABLISHED <------------------------------------ SYN ACK 0:0(0) ack 1 win 65535 --- SYN-RECEIVED
     0 ESTABLISHED --- ACK 1:1(0) ack 1 win 65535 ----------------------------------------> ESTABLISHED
    10 ESTABLISHED --- PSH ACK 1:101(100) ack 1 win 65535 (out of window) ----------------x ESTABLISHED
    "
  `);
});
