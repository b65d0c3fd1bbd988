import { expect, test } from 'vitest';
import { ladder, ladderModel } from '../src/index.ts';
import { Exchange } from './exchange.ts';

test('segments that cross take two lines each, where they leave and where they arrive', () => {
  const close = { seq: 1, ack: 1 };
  const last = { seq: 2, ack: 2 };
  const exchange = new Exchange()
    .handshake(0, 25)
    .call(100, 'client', 'close')
    .call(100, 'server', 'close')
    .pass(100, 'client', 'FIN ACK', close, { states: ['FIN-WAIT-1', 'CLOSING'], delay: 25 })
    .pass(100, 'server', 'FIN ACK', close, { states: ['FIN-WAIT-1', 'CLOSING'], delay: 25 })
    .pass(125, 'client', 'ACK', last, { states: ['CLOSING', 'TIME-WAIT'], delay: 25 })
    .pass(125, 'server', 'ACK', last, { states: ['CLOSING', 'TIME-WAIT'], delay: 25 });
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
     ms client 10.0.0.1:49152                                                     10.0.0.2:80 server  ms
      0 SYN-SENT    --- SYN 0:0(0) win 65535 -----------------------------------------> SYN-RECEIVED  25
     50 ESTABLISHED <------------------------------- SYN ACK 0:0(0) ack 1 win 65535 --- SYN-RECEIVED  25
     50 ESTABLISHED --- ACK 1:1(0) ack 1 win 65535 -----------------------------------> ESTABLISHED   75
    100 close() = 0
                                                                                         close() = 0 100
    100 FIN-WAIT-1  --- FIN ACK 1:1(0) ack 1 win 65535 --- . . . . . . . . . . . . . .
                     . . . . . . . . . . . . . . --- FIN ACK 1:1(0) ack 1 win 65535 --- FIN-WAIT-1   100
                     . . . . . . . . . . . . . . --- FIN ACK 1:1(0) ack 1 win 65535 --> CLOSING      125
    125 CLOSING     <-- FIN ACK 1:1(0) ack 1 win 65535 --- . . . . . . . . . . . . . .
    125 CLOSING     --- ACK 2:2(0) ack 2 win 65535 --- . . . . . . . . . . . . . . . .
                     . . . . . . . . . . . . . . . . --- ACK 2:2(0) ack 2 win 65535 --- CLOSING      125
                     . . . . . . . . . . . . . . . . --- ACK 2:2(0) ack 2 win 65535 --> TIME-WAIT    150
    150 TIME-WAIT   <-- ACK 2:2(0) ack 2 win 65535 --- . . . . . . . . . . . . . . . .
    "
  `);
});

test('where a bare ACK crosses data, only the ACK takes two lines', () => {
  const exchange = new Exchange()
    .pass(0, 'client', 'ACK', { seq: 1, ack: 1, length: 1460 }, { delay: 10 })
    .pass(5, 'client', 'PSH ACK', { seq: 1461, ack: 1, length: 540 }, { delay: 10 })
    .pass(10, 'server', 'ACK', { seq: 1, ack: 1461 }, { delay: 10 })
    .pass(15, 'server', 'ACK', { seq: 1, ack: 2001 }, { delay: 10 });
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                       10.0.0.2:80 server ms
     0 ESTABLISHED --- ACK 1:1461(1460) ack 1 win 65535 --------------------------------> ESTABLISHED 10
                    . . . . . . . . . . . . . . . . --- ACK 1:1(0) ack 1461 win 65535 --- ESTABLISHED 10
     5 ESTABLISHED --- PSH ACK 1461:2001(540) ack 1 win 65535 --------------------------> ESTABLISHED 15
    20 ESTABLISHED <-- ACK 1:1(0) ack 1461 win 65535 --- . . . . . . . . . . . . . . . .
    25 ESTABLISHED <----------------------------------- ACK 1:1(0) ack 2001 win 65535 --- ESTABLISHED 15
    "
  `);
});

test('a segment that is overtaken takes two lines, the other one a single line', () => {
  const exchange = new Exchange()
    .pass(0, 'client', 'ACK', { seq: 1, ack: 1, length: 100 }, { delay: 30 })
    .pass(1, 'client', 'ACK', { seq: 101, ack: 1, length: 100 }, { delay: 10 })
    .pass(11, 'server', 'ACK', { seq: 1, ack: 1, options: { sackBlocks: [98, 198] } }, { delay: 10 });
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                       10.0.0.2:80 server ms
     0 ESTABLISHED --- ACK 1:101(100) ack 1 win 65535 --- . . . . . . . . . . . . . . . .
     1 ESTABLISHED --- ACK 101:201(100) ack 1 win 65535 --------------------------------> ESTABLISHED 11
    21 ESTABLISHED <----------------------- ACK 1:1(0) ack 1 win 65535 <sack 101:201> --- ESTABLISHED 11
                   . . . . . . . . . . . . . . . . --- ACK 1:101(100) ack 1 win 65535 --> ESTABLISHED 30
    "
  `);
});

test('what a side does while a segment is under way stands above it', () => {
  const exchange = new Exchange()
    .call(0, 'client', 'send(100)', '100')
    .pass(0, 'client', 'PSH ACK', { seq: 1, ack: 1, length: 100 }, { delay: 50 })
    .call(20, 'server', 'recv(100)', '-1 EAGAIN')
    .call(60, 'server', 'recv(100)', '100');
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                       10.0.0.2:80 server ms
     0 send(100) = 100
                                                                                recv(100) = -1 EAGAIN 20
     0 ESTABLISHED --- PSH ACK 1:101(100) ack 1 win 65535 ------------------------------> ESTABLISHED 50
                                                                                      recv(100) = 100 60
    "
  `);
});

test('packets that were rebuilt from octets on the way are known again by their contents', () => {
  const exchange = new Exchange();
  const packet = exchange.packet('client', 'PSH ACK', { seq: 1, ack: 1, length: 10 });
  exchange.sent(0, 'client', packet).received(5, 'server', structuredCopy(packet));
  exchange.sent(100, 'client', structuredCopy(packet)).received(105, 'server', structuredCopy(packet));
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
     ms client 10.0.0.1:49152                                                     10.0.0.2:80 server  ms
      0 ESTABLISHED --- PSH ACK 1:11(10) ack 1 win 65535 ------------------------------> ESTABLISHED   5
    100 ESTABLISHED --- PSH ACK 1:11(10) ack 1 win 65535 again ------------------------> ESTABLISHED 105
    "
  `);
});

test('what only one side recorded is taken to have reached the other one', () => {
  const exchange = new Exchange();
  exchange
    .sent(0, 'client', exchange.packet('client', 'SYN'), 'SYN-SENT')
    .received(3, 'client', exchange.packet('server', 'SYN ACK', { ack: 1 }))
    .sent(3, 'client', exchange.packet('client', 'ACK', { seq: 1, ack: 1 }));
  expect(`\n${ladder(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    ms client 10.0.0.1:49152                                                          10.0.0.2:80 server
     0 SYN-SENT    --- SYN 0:0(0) win 65535 ---------------------------------------------------------->
     3 ESTABLISHED <------------------------------------------------ SYN ACK 0:0(0) ack 1 win 65535 ---
     3 ESTABLISHED --- ACK 1:1(0) ack 1 win 65535 ---------------------------------------------------->
    "
  `);
});

function structuredCopy<T extends ReturnType<Exchange['packet']>>(packet: T): T {
  return { ...packet, segment: Object.assign(Object.create(null), packet.segment) as T['segment'] };
}

test('each moment of the model says which event it is of, and each row its packet', () => {
  const exchange = new Exchange();
  const packet = exchange.packet('client', 'SYN');
  exchange.sent(0, 'client', packet, 'SYN-SENT').received(10, 'server', packet, 'SYN-RECEIVED');
  const stranger = new Exchange('10.0.0.9').pass(0, 'client', 'SYN').events;
  const model = ladderModel([...stranger, ...exchange.events], {
    connection: { client: exchange.ends.client, server: exchange.ends.server },
  });
  expect(model?.rows).toMatchObject([{ packet, left: { event: 2 }, right: { event: 3 } }]);
});
