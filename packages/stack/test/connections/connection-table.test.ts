import { IpAddress, ipv4 } from '@halfclose/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionTable } from '../../src/connections/connection-table.ts';

const ADDRESS = fc.oneof(
  fc.nat(3).map((last) => ipv4(10, 0, 0, last)),
  fc.nat(3).map((last) => new IpAddress(0xfd000000, 0, 0, last)),
);
/** Few different values, so that entries meet. */
const TUPLE = fc.record({
  localAddress: ADDRESS,
  localPort: fc.nat(2),
  remoteAddress: ADDRESS,
  remotePort: fc.nat(20),
});
type Tuple = (typeof TUPLE extends fc.Arbitrary<infer T> ? T : never) & object;

const keyOf = (t: Tuple): string =>
  `${String(t.localAddress)} ${t.localPort} ${String(t.remoteAddress)} ${t.remotePort}`;

describe('connection table', () => {
  it('behaves as a map, whatever is added and removed', () => {
    const command = fc.record({ remove: fc.boolean(), tuple: TUPLE });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300 }), fc.integer(), (commands, seed) => {
        const table = new ConnectionTable<Tuple>(seed);
        const model = new Map<string, Tuple>();
        for (const { remove, tuple } of commands) {
          const known = model.get(keyOf(tuple));
          const found = table.find(
            tuple.localAddress,
            tuple.localPort,
            tuple.remoteAddress,
            tuple.remotePort,
          );
          expect(found).toBe(known ?? null);
          if (remove) {
            expect(table.remove(known ?? tuple)).toBe(known !== undefined);
            model.delete(keyOf(tuple));
          } else if (known === undefined) {
            table.add(tuple);
            model.set(keyOf(tuple), tuple);
          }
          expect(table.size).toBe(model.size);
        }
        expect(new Set(table.values())).toEqual(new Set(model.values()));
      }),
    );
  });

  it('does not remove another entry with the same four numbers', () => {
    const table = new ConnectionTable<Tuple>(1);
    const tuple = {
      localAddress: ipv4(1, 2, 3, 4),
      localPort: 1,
      remoteAddress: ipv4(5, 6, 7, 8),
      remotePort: 2,
    };
    table.add(tuple);
    expect([table.remove({ ...tuple }), table.size]).toEqual([false, 1]);
  });
});
