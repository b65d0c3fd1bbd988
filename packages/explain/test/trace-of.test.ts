import { ladder, timeline } from '@halfclose/trace';
import { expect, it } from 'vitest';
import { traceOf } from '../src/index.ts';
import { Talk } from './talk.ts';

it('a capture makes a ladder, with the states that both ends must have had', () => {
  const talk = new Talk()
    .established()
    .client('PF.', { seq: 1, ack: 1, length: 10 })
    .server('.', { seq: 1, ack: 12 })
    .server('F.', { seq: 1, ack: 12, after: 500 })
    .client('.', { seq: 12, ack: 2 });
  const lines = ladder(traceOf(talk.packets), { width: 90 }).split('\n').slice(1);
  expect(lines.map((line) => line.replaceAll(/-{3,}/g, '--').replaceAll(/ {2,}/g, ' '))).toEqual([
    ' 0 SYN-SENT -- SYN 0:0(0) win 1000 --> LISTEN',
    ' 1 ESTABLISHED <-- SYN ACK 0:0(0) ack 1 win 1000 -- SYN-RECEIVED',
    ' 2 ESTABLISHED -- ACK 1:1(0) ack 1 win 1000 --> ESTABLISHED',
    ' 3 FIN-WAIT-1 -- FIN PSH ACK 1:11(10) ack 1 win 1000 --> CLOSE-WAIT',
    ' 4 FIN-WAIT-2 <-- ACK 1:1(0) ack 12 win 1000 -- CLOSE-WAIT',
    '504 TIME-WAIT <-- FIN ACK 1:1(0) ack 12 win 1000 -- LAST-ACK',
    '505 TIME-WAIT -- ACK 12:12(0) ack 2 win 1000 --> CLOSED',
  ]);
});

it('FINs that crossed are drawn crossing', () => {
  const talk = new Talk()
    .established()
    .client('F.', { seq: 1, ack: 1 })
    .server('F.', { seq: 1, ack: 1 })
    .client('.', { seq: 2, ack: 2 })
    .server('.', { seq: 2, ack: 2 });
  const events = traceOf(talk.packets);
  const states = events.flatMap((event) => (event.type === 'state' ? [`${event.host} ${event.to}`] : []));
  expect(states.slice(-6)).toEqual([
    'client FIN-WAIT-1',
    'server FIN-WAIT-1',
    'client CLOSING',
    'server CLOSING',
    'server TIME-WAIT',
    'client TIME-WAIT',
  ]);
  expect(ladder(events)).toContain('. . .');
  expect(timeline(events)).toContain('CLOSING');
});

it('a FIN that is sent again has arrived once it is answered, and not before', () => {
  const fin = { seq: 1, ack: 1, after: 300 };
  const talk = new Talk().established().client('F.', fin).client('F.', fin).server('.', { seq: 1, ack: 2 });
  const changes = traceOf(talk.packets).filter((event) => event.type === 'state' && event.host === 'server');
  expect(changes.map((event) => [event.type === 'state' && event.to, event.time])).toEqual([
    ['SYN-RECEIVED', 1002],
    ['ESTABLISHED', 1003],
    ['CLOSE-WAIT', 1603],
  ]);
});

it('what are no packets is named', () => {
  expect(() => traceOf([])).toThrow('packets must have a segment');
  const wrong: unknown = 1;
  expect(() => traceOf(wrong as never)).toThrow('packets must be an array, not 1');
});
