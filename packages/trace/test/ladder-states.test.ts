import { expect, test } from 'vitest';
import { ladder } from '../src/index.ts';
import { Exchange } from './exchange.ts';

const FIN = { seq: 1, ack: 1 };
const CLOSING_STATES = { states: ['FIN-WAIT-1', 'CLOSE-WAIT'] } as const;

function bodyOf(exchange: Exchange): string {
  return `\n${ladder(exchange.events).split('\n').slice(1).join('\n')}\n`;
}

test('a transition that a segment of the same moment shows has no line of its own', () => {
  const before = new Exchange()
    .state(5, 'client', 'ESTABLISHED', 'FIN-WAIT-1', 'close()')
    .state(5, 'server', 'ESTABLISHED', 'CLOSE-WAIT', 'FIN received')
    .pass(5, 'client', 'FIN ACK', FIN, CLOSING_STATES);
  const after = new Exchange()
    .pass(5, 'client', 'FIN ACK', FIN, CLOSING_STATES)
    .state(5, 'client', 'ESTABLISHED', 'FIN-WAIT-1', 'close()')
    .state(5, 'server', 'ESTABLISHED', 'CLOSE-WAIT', 'FIN received');
  expect(bodyOf(before)).toBe(bodyOf(after));
  expect(bodyOf(after)).toMatchInlineSnapshot(`
    "
     0 FIN-WAIT-1 --- FIN ACK 1:1(0) ack 1 win 65535 ---------------------------------------> CLOSE-WAIT
    "
  `);
});

test('a transition without a segment has a line with its reason', () => {
  const exchange = new Exchange()
    .call(0, 'server', 'shutdown(SHUT_WR)')
    .state(0, 'server', 'CLOSE-WAIT', 'LAST-ACK', 'FIN waits for the window')
    .timer(60_000, 'server', 'persist')
    .state(60_000, 'server', 'LAST-ACK', 'CLOSED', 'retransmissions exhausted')
    .state(60_000, 'client', 'FIN-WAIT-2', 'CLOSED', 'FIN-WAIT-2 timer');
  expect(bodyOf(exchange)).toMatchInlineSnapshot(`
    "
     0.000 shutdown(SHUT_WR) = 0
     0.000 LAST-ACK (FIN waits for the window)
    60.000 [persist timer]
    60.000 CLOSED   (retransmissions exhausted)
    60.000                                                                     (FIN-WAIT-2 timer) CLOSED
    "
  `);
});

test('a transition long before the segment that reports its state has a line', () => {
  const exchange = new Exchange()
    .state(0, 'client', 'ESTABLISHED', 'FIN-WAIT-1', 'close()')
    .pass(30, 'client', 'FIN ACK', FIN, CLOSING_STATES);
  expect(bodyOf(exchange)).toMatchInlineSnapshot(`
    "
     0 FIN-WAIT-1 (close())
    30 FIN-WAIT-1 --- FIN ACK 1:1(0) ack 1 win 65535 ---------------------------------------> CLOSE-WAIT
    "
  `);
});

test('what a segment makes a side go through at once ends with the state that it shows', () => {
  const exchange = new Exchange()
    .state(5, 'client', 'FIN-WAIT-1', 'FIN-WAIT-2', 'ACK of FIN')
    .state(5, 'client', 'FIN-WAIT-2', 'TIME-WAIT', 'FIN received')
    .pass(5, 'server', 'FIN ACK', { seq: 1, ack: 2 }, { states: ['LAST-ACK', 'TIME-WAIT'] })
    .state(5, 'client', 'TIME-WAIT', 'CLOSED', 'assassinated');
  expect(bodyOf(exchange)).toMatchInlineSnapshot(`
    "
     0 TIME-WAIT <------------------------------------------ FIN ACK 1:1(0) ack 1 win 65535 --- LAST-ACK
     0 CLOSED    (assassinated)
    "
  `);
});

test('what a segment makes a side go through at once has no line, also if the host tells the states later', () => {
  const exchange = new Exchange()
    .pass(5, 'server', 'FIN ACK', { seq: 1, ack: 2 }, { states: ['LAST-ACK', 'TIME-WAIT'] })
    .state(5, 'client', 'FIN-WAIT-1', 'FIN-WAIT-2', 'FIN acknowledged')
    .state(5, 'client', 'FIN-WAIT-2', 'TIME-WAIT', 'FIN arrived');
  expect(bodyOf(exchange)).toMatchInlineSnapshot(`
    "
     0 LAST-ACK --- FIN ACK 1:1(0) ack 1 win 65535 ------------------------------------------> TIME-WAIT
    "
  `);
});
