import { describe, expect, it } from 'vitest';
import { RecordIndex } from '../../src/records/record-index.ts';

/** Spreads numbers over all int32 (a bijection). */
function hash(record: number): number {
  const h = Math.imul(record ^ (record >>> 15), 0x85ebca6b);
  return Math.imul(h ^ (h >>> 13), 0xc2b2ae35) ^ (h >>> 16);
}

/** An index that counts how often it asks for the hash of a record: that is what placing a record anew costs. */
class Counted {
  hashes = 0;
  readonly index = new RecordIndex((record) => {
    this.hashes++;
    return hash(record);
  });

  /** The hashes that `act` asked for. */
  during(act: () => void): number {
    const before = this.hashes;
    act();
    return this.hashes - before;
  }

  has(record: number): boolean {
    return this.index.find(hash(record), (other) => other === record) === record;
  }
}

describe('the index of records', () => {
  it('places at most 3,000 records anew in one addition or removal, up to a million and back to none', () => {
    const counted = new Counted();
    const { index } = counted;
    const MILLION = 1_000_000;
    let most = 0;
    for (let i = 0; i < MILLION; i++)
      most = Math.max(
        most,
        counted.during(() => index.add(i)),
      );
    const [held, some, other] = [index.octets / MILLION, counted.has(777_777), counted.has(MILLION)];
    expect([held > 5 && held < 7, some, other]).toEqual([true, true, false]);
    for (let i = 0; i < MILLION; i++)
      most = Math.max(
        most,
        counted.during(() => index.remove(i)),
      );
    expect([index.size, index.octets < 1000]).toEqual([0, true]);
    expect(most).toBeLessThan(3000);
    // And each record a few times in all.
    expect(counted.hashes / MILLION).toBeLessThan(20);
  });

  it('finds what is in it and nothing else, while records come and go around the numbers of buckets', () => {
    const { index, has } = { index: new Counted(), has: new Set<number>() };
    let next = 1;
    const random = (): number => (next = (Math.imul(next, 1_103_515_245) + 12_345) & 0x7fff_ffff);
    // Waves that cross one, two, three, ... buckets both ways.
    for (const peak of [300, 40, 1100, 500, 2600, 900, 5000, 0]) {
      while (has.size !== peak) {
        const record = random() % 8000;
        if (has.has(record) === has.size > peak) {
          if (has.delete(record)) index.index.remove(record);
          else {
            has.add(record);
            index.index.add(record);
          }
        }
      }
      const found = Array.from({ length: 8000 }, (_, record) => record).filter((record) => index.has(record));
      expect(found).toEqual([...has].sort((x, y) => x - y));
    }
  });
});
