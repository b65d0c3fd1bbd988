import { IpAddress, ipv4 } from '@halfclose/codec';
import { heldMemory, SAMPLE_RECORD } from '@halfclose/test-support';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { PortTable } from '../../src/ports/port-table.ts';
import { RecordTable } from '../../src/records/record-table.ts';

const OWN = ipv4(10, 0, 0, 1);
const OWN6 = new IpAddress(0x20010db8, 0, 0, 1);

/** A table whose records come from one port. */
class Records {
  readonly clock = new VirtualClock();
  readonly ports = new PortTable();
  readonly #binding = this.ports.holdEphemeral(OWN, 80);
  readonly #own: IpAddress;
  readonly #peerOf: PeerOf;
  expired = 0;
  readonly table = new RecordTable({
    timers: this.clock,
    ports: this.ports,
    duration: 60_000,
    seed: 0x5eed,
    timestampOffset: () => 0,
    recheck: 0,
    onExpired: () => this.expired++,
    onPutOff: () => undefined,
  });

  constructor(own = OWN, peer: PeerOf = peerOf) {
    this.#own = own;
    this.#peerOf = peer;
  }

  /** Record `i`: even ones in TIME-WAIT, the others in FIN-WAIT-2 for 30 s. */
  add(i: number): void {
    const now = this.clock.now();
    this.#binding.users++;
    const [remoteAddress, remotePort] = this.#peerOf(i);
    const origin = {
      localAddress: this.#own,
      localPort: 80,
      remoteAddress,
      remotePort,
      binding: this.#binding,
    };
    if ((i & 1) === 0) this.table.addTimeWait(origin, SAMPLE_RECORD, now);
    else this.table.addFinWait2(origin, SAMPLE_RECORD, 30_000, now + 30_000);
  }

  has(i: number): boolean {
    const [remoteAddress, remotePort] = this.#peerOf(i);
    return this.table.find(this.#own, 80, remoteAddress, remotePort) !== null;
  }

  get octetsEach(): number {
    return this.table.octets / this.table.size;
  }
}

type PeerOf = (i: number) => [IpAddress, number];

/** Each from an address of its own; neighbours differ in one word, a different one from time to time. */
function peer6Of(i: number): [IpAddress, number] {
  const words = [0x20010db8, 0, 0, 0];
  words[i & 3] = (words[i & 3] ?? 0) ^ (i >> 2);
  const [word0 = 0, word1 = 0, word2 = 0, word3 = 0] = words;
  return [new IpAddress(word0, word1, word2, word3), 1024 + (i & 3)];
}

function peerOf(i: number): [IpAddress, number] {
  return [ipv4(10, 1 + (i >> 20), (i >> 12) & 0xff, (i >> 4) & 0xff), 1024 + (i & 0xf)];
}

describe('the memory of records', () => {
  it('is at most 48 octets each from 25,000 to a million of both kinds, the index included, and all can go', () => {
    const records = new Records();
    let most = 0;
    for (let i = 0; i < 1_000_000; i++) {
      records.add(i);
      if (i >= 24_999 && (i & 63) === 0) most = Math.max(most, records.octetsEach);
    }
    expect(most).toBeLessThanOrEqual(48);
    expect([records.has(77_777), records.has(1_000_000)]).toEqual([true, false]);
    records.clock.advanceTo(30_000);
    expect([records.expired, records.table.timeWaits]).toEqual([500_000, 500_000]);
    records.clock.advanceTo(60_000);
    expect([records.expired, records.table.size, records.clock.pendingTimers]).toEqual([1_000_000, 0, 0]);
  });

  it('is given back after a peak, and what stays is still found', () => {
    const records = new Records();
    for (let i = 0; i < 300_000; i++) records.add(i);
    const peak = records.table.octets;
    records.clock.advanceTo(50_000);
    for (let i = 300_000; i < 320_000; i++) records.add(i);
    records.clock.advanceTo(60_000);
    expect([records.table.size, records.has(299_999), records.has(300_000), records.has(319_999)]).toEqual([
      20_000,
      false,
      true,
      true,
    ]);
    expect(records.table.octets).toBeLessThan(peak / 4);
    records.clock.advanceTo(120_000);
    expect([records.table.size, records.table.octets < 100_000]).toEqual([0, true]);
  });

  it('follows the load: half as many a second take half of it a lifetime later', () => {
    const records = new Records();
    let next = 0;
    const run = (seconds: number, perTurn: number): void => {
      for (let turn = 0; turn < seconds * 100; turn++) {
        for (let i = 0; i < perTurn; i++) records.add(2 * next++);
        records.clock.advanceBy(10);
      }
    };
    run(90, 20);
    const busy = records.octetsEach;
    run(60, 10);
    expect(Math.max(busy, records.octetsEach)).toBeLessThan(52);
  });

  it.each([
    ['IPv4', 48, OWN, peerOf],
    ['IPv6, each from another address', 65, OWN6, peer6Of],
  ] as const)(
    'is for %s at most %i octets each of all that the process holds',
    async (_, most, own, peer) => {
      const count = 400_000;
      // What V8 compiles for the first time is not theirs.
      const early = new Records(own, peer);
      for (let i = 0; i < 10_000; i++) early.add(i);
      const before = await heldMemory();
      const records = new Records(own, peer);
      for (let i = 0; i < count; i++) records.add(i);
      const held = (await heldMemory()) - before;
      expect([held / count > 40, held / count]).toEqual([
        true,
        expect.toSatisfy((each: number) => each <= most),
      ]);
      expect([early.has(0), records.has(0), records.has(count - 1), records.has(count)]).toEqual([
        true,
        true,
        true,
        false,
      ]);
      records.clock.advanceTo(60_000);
      expect([records.expired, records.table.size]).toEqual([count, 0]);
      expect((await heldMemory()) - before).toBeLessThan(count);
    },
  );

  it('is given back with the addresses of IPv6 peers, and those that stay are still told apart', () => {
    const records = new Records(OWN6, peer6Of);
    for (let i = 0; i < 100_000; i++) records.add(i);
    const peak = records.table.octets;
    records.clock.advanceTo(30_000);
    const found = Array.from({ length: 1000 }, (_, i) => records.has(i));
    expect(found).toEqual(found.map((_, i) => (i & 1) === 0));
    const [stays] = [...records.table.values()];
    expect([stays?.localAddress.toString(), stays?.remoteAddress.toString()]).toEqual([
      '2001:db8::1',
      '2001:db8::',
    ]);
    records.clock.advanceTo(60_000);
    expect(records.table.octets).toBeLessThan(peak / 50);
  });
});
