import { expect, it } from 'vitest';
import { firstDifference, ladder, TraceDigest, type TraceEvent } from '../src/index.ts';
import { Exchange } from './exchange.ts';

function exchange(): TraceEvent[] {
  return new Exchange()
    .pass(0, 'client', 'SYN', {}, { delay: 10 })
    .pass(20, 'server', 'SYN ACK', { ack: 1 }, { delay: 10 }).events;
}

function note(time: number, host: string, text: string): TraceEvent {
  return { type: 'note', time, host, text };
}

it('shows what was done to a host on its side, and nothing of others', () => {
  const events = [
    ...exchange(),
    note(40, 'server', 'crash()'),
    note(41, 'other', 'kill()'),
    note(42, 'client', 'freeze()'),
  ];
  const lines = ladder(events).split('\n');
  expect(lines.slice(-2).map((line) => line.trim().replace(/ +/g, ' '))).toEqual([
    '*** crash() 40',
    '42 *** freeze()',
  ]);
});

it('ends with the last lines, and says how many there were before', () => {
  const events = exchange();
  const all = ladder(events).split('\n');
  expect(ladder(events, { last: 1 }).split('\n')).toEqual([all[0], '... 1 line before', all[2]]);
  expect(ladder(events, { last: 2 })).toBe(ladder(events));
});

it('has the same digest for what is the same but for contents, and another for anything else', () => {
  const digestOf = (events: readonly TraceEvent[]) => {
    const digest = new TraceDigest();
    for (const event of events) digest.add(event);
    return digest.value;
  };
  const events = exchange();
  expect(digestOf(events)).toMatch(/^4-[0-9a-f]{16}$/);
  expect(digestOf(exchange())).toBe(digestOf(events));
  expect(digestOf([...events, note(1, 'client', 'kill()')])).not.toBe(
    digestOf([...events, note(1, 'client', 'freeze()')]),
  );
});

it('finds the first event in which two traces differ', () => {
  const events = exchange();
  expect(firstDifference(events, exchange())).toBeNull();
  expect(firstDifference(events, events.slice(0, 3))).toMatchObject({ index: 3, right: null });
  expect(firstDifference([note(1, 'a', 'x')], [note(2, 'a', 'x')])).toEqual({
    index: 0,
    left: '1 a *** x',
    right: '2 a *** x',
  });
});

it('counts from another time if it is told to', () => {
  const [first] = ladder(exchange(), { origin: -100 }).split('\n').slice(1);
  expect(first).toMatch(/^100 /);
});
