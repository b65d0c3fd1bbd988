import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ladder, type TraceEvent } from '../src/index.ts';
import type { LadderRow } from '../src/ladder/ladder-order.ts';
import { ladderRows } from '../src/ladder/ladder-rows.ts';
import type { Side } from '../src/ladder/side.ts';
import { Exchange, type HostName } from './exchange.ts';

const host = fc.constantFrom<HostName>('client', 'server');
const delay = fc.nat(20);

/** One thing that happens: a packet with the delays of its copies, dropped on its way if it has none, or a note. */
const happening = fc.oneof(
  fc.record({
    time: fc.nat(100),
    host,
    flags: fc.constantFrom('SYN', 'SYN ACK', 'ACK', 'PSH ACK', 'FIN ACK', 'RST', 'RST ACK'),
    seq: fc.nat(3000),
    length: fc.constantFrom(0, 0, 1, 1460),
    delays: fc.array(delay, { maxLength: 2 }),
    told: fc.boolean(),
  }),
  fc.record({ time: fc.nat(100), host, note: fc.constantFrom('call', 'timer', 'state') }),
);

function eventsOf(happenings: readonly (typeof happening extends fc.Arbitrary<infer T> ? T : never)[]) {
  const exchange = new Exchange();
  for (const it of happenings) {
    if ('note' in it) {
      if (it.note === 'call') exchange.call(it.time, it.host, 'send(1)', '1');
      else if (it.note === 'timer') exchange.timer(it.time, it.host, 'persist');
      else exchange.state(it.time, it.host, 'ESTABLISHED', 'CLOSE-WAIT', 'FIN received');
      continue;
    }
    const { time, flags, seq, length, delays } = it;
    const packet = exchange.packet(it.host, flags, { seq, ack: 1, length });
    exchange.sent(time, it.host, packet);
    const receiver = it.host === 'client' ? 'server' : 'client';
    for (const each of delays) exchange.received(time + each, receiver, packet, 'SYN-RECEIVED');
    if (delays.length === 0 && it.told) exchange.dropped(time, 'link', packet, 'loss');
  }
  return { events: exchange.events, ends: exchange.ends };
}

/** What the rows show of one side: places of its events, from top to bottom. */
function shown(rows: readonly LadderRow[], side: Side): number[] {
  return rows.flatMap((row) => {
    if ('note' in row) return row.note.side === side ? [row.note.moment.index] : [];
    const moment = row.flight.source === side ? row.departure : row.arrival;
    return moment === null ? [] : [moment.index];
  });
}

function isShownOnItsOwn(event: TraceEvent): boolean {
  return (
    event.type === 'call' ||
    event.type === 'timer' ||
    (event.type === 'segment' && event.direction !== 'dropped')
  );
}

test('each side shows each of its events once, in the order in which they happened', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const { events, ends } = eventsOf(happenings);
      const rows = ladderRows(events, ends);
      const both = (['left', 'right'] as const).map((side) => shown(rows, side));
      for (const indexes of both) expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
      const all = both.flat();
      expect(new Set(all).size).toBe(all.length);
      const expected = events.flatMap((event, index) => (isShownOnItsOwn(event) ? [index] : []));
      expect(all).toEqual(expect.arrayContaining(expected));
    }),
  );
});

test('a segment never arrives above the line where it leaves', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const { events, ends } = eventsOf(happenings);
      const rows = ladderRows(events, ends);
      const left = new Set<unknown>();
      for (const row of rows) {
        if ('note' in row) continue;
        if (row.departure !== null) left.add(row.flight);
        expect(row.flight.departure === null || left.has(row.flight)).toBe(true);
      }
    }),
  );
});

function stripAnsi(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '');
}

test('no line is wider than told, and colour changes nothing else', () => {
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 40 }),
      fc.integer({ min: 72, max: 200 }),
      (happenings, width) => {
        const { events } = eventsOf(happenings);
        const plain = ladder(events, { width });
        for (const line of plain.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
        const colored = ladder(events, { width, color: true });
        expect(stripAnsi(colored)).toBe(plain);
      },
    ),
  );
});
