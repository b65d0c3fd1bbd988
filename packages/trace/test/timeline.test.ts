import { expect, test } from 'vitest';
import { timeline } from '../src/index.ts';
import { Exchange } from './exchange.ts';

test('it tells for each endpoint when it was in which state, for how long and why', () => {
  const exchange = new Exchange()
    .state(0, 'client', 'CLOSED', 'SYN-SENT', 'connect()')
    .state(25, 'server', 'LISTEN', 'SYN-RECEIVED', 'SYN received')
    .state(50, 'client', 'SYN-SENT', 'ESTABLISHED', 'SYN ACK received')
    .state(75, 'server', 'SYN-RECEIVED', 'ESTABLISHED', 'ACK received')
    .state(4000, 'client', 'ESTABLISHED', 'FIN-WAIT-1', 'close()')
    .state(4025, 'server', 'ESTABLISHED', 'CLOSE-WAIT', 'FIN received')
    .state(4050, 'client', 'FIN-WAIT-1', 'FIN-WAIT-2', 'FIN acknowledged')
    .state(6000, 'server', 'CLOSE-WAIT', 'LAST-ACK', 'close()')
    .state(6025, 'client', 'FIN-WAIT-2', 'TIME-WAIT', 'FIN received')
    .state(6050, 'server', 'LAST-ACK', 'CLOSED', 'FIN acknowledged')
    .state(66_025, 'client', 'TIME-WAIT', 'CLOSED', '2MSL');
  expect(`\n${timeline(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    client 10.0.0.1:49152 -> 10.0.0.2:80
     0.000 s  SYN-SENT      0.050  |=                               | connect()
     0.050 s  ESTABLISHED   3.950  |==                              | SYN ACK received
     4.000 s  FIN-WAIT-1    0.050  | =                              | close()
     4.050 s  FIN-WAIT-2    1.975  | ==                             | FIN acknowledged
     6.025 s  TIME-WAIT    60.000  |  ==============================| FIN received
    66.025 s  CLOSED               |                               =| 2MSL

    server 10.0.0.2:80 -> 10.0.0.1:49152
     0.025 s  SYN-RECEIVED  0.050  |=                               | SYN received
     0.075 s  ESTABLISHED   3.950  |==                              | ACK received
     4.025 s  CLOSE-WAIT    1.975  | ==                             | FIN received
     6.000 s  LAST-ACK      0.050  |  =                             | close()
     6.050 s  CLOSED               |  =                             | FIN acknowledged
    "
  `);
});

test('a state that lasts as the events end has a plus behind its time', () => {
  const exchange = new Exchange()
    .state(10, 'client', 'CLOSED', 'SYN-SENT', 'connect()')
    .timer(1010, 'client', 'retransmission');
  expect(`\n${timeline(exchange.events)}\n`).toMatchInlineSnapshot(`
    "
    client 10.0.0.1:49152 -> 10.0.0.2:80
       0 ms  SYN-SENT     1000+ |================================| connect()
    "
  `);
});

test('endpoints of several connections and hosts stand apart', () => {
  const one = new Exchange('10.0.0.1').state(0, 'client', 'CLOSED', 'SYN-SENT');
  const other = new Exchange('10.0.0.3').state(5, 'client', 'CLOSED', 'SYN-SENT');
  const titles = timeline([...one.events, ...other.events])
    .split('\n\n')
    .map((text) => text.split('\n')[0]);
  expect(titles).toEqual(['client 10.0.0.1:49152 -> 10.0.0.2:80', 'client 10.0.0.3:49152 -> 10.0.0.2:80']);
});

test('no line is wider than told', () => {
  const exchange = new Exchange().state(0, 'client', 'CLOSED', 'SYN-SENT', 'because '.repeat(30));
  const widest = (width: number) =>
    Math.max(
      ...timeline(exchange.events, { width })
        .split('\n')
        .map((line) => line.length),
    );
  expect([widest(72), widest(120)]).toEqual([72, 120]);
});

test('a width below 72 is refused', () => {
  expect(() => timeline([], { width: 71 })).toThrow(
    new RangeError('width must be a number from 72 on, not 71'),
  );
});

test('no changes of state make no timeline', () => {
  expect(timeline(new Exchange().handshake().events)).toBe('');
});
