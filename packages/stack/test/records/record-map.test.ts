import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecordMap } from '../../src/records/record-map.ts';

it('behaves as a Map, and finds each record in one place', () => {
  const command = fc.record({
    kind: fc.constantFrom('set', 'set', 'delete'),
    record: fc.integer({ min: 0, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 1000 }), (commands) => {
      const map = new RecordMap<number>();
      const model = new Map<number, number>();
      for (const [i, { kind, record }] of commands.entries()) {
        if (kind === 'set') {
          map.set(record, i);
          model.set(record, i);
        } else {
          map.delete(record);
          model.delete(record);
        }
        expect(map.size).toBe(model.size);
      }
      for (let record = 0; record <= 300; record++) expect(map.get(record)).toBe(model.get(record) ?? null);
      const seen = Array.from({ length: 4096 }, (_, place) => map.at(place)).filter((record) => record >= 0);
      expect(new Set(seen)).toEqual(new Set(model.keys()));
    }),
  );
});

it('gives its memory back', () => {
  const map = new RecordMap<number>();
  for (let i = 0; i < 10_000; i++) map.set(i, i);
  for (let i = 0; i < 10_000; i++) map.delete(i);
  map.set(7, 7);
  const places = Array.from({ length: 16 }, (_, place) => map.at(place));
  expect(places.filter((record) => record === 7).length).toBe(1);
});
