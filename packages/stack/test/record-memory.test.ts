import { ipv4, type IpAddress } from '@halfclose/codec';
import { SAMPLE_RECORD } from '@halfclose/test-support';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { PortTable } from '../src/port-table.ts';
import { RecordTable } from '../src/record-table.ts';

const OWN = ipv4(10, 0, 0, 1);

/** A table whose records come from one port. */
class Records {
  readonly clock = new VirtualClock();
  readonly ports = new PortTable();
  readonly #binding = this.ports.holdEphemeral(OWN, 80);
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

  /** Record `i`: even ones in TIME-WAIT, the others in FIN-WAIT-2 for 30 s. */
  add(i: number): void {
    const now = this.clock.now();
    this.#binding.users++;
    const [remoteAddress, remotePort] = peerOf(i);
    const origin = { localAddress: OWN, localPort: 80, remoteAddress, remotePort, binding: this.#binding };
    if ((i & 1) === 0) this.table.addTimeWait(origin, SAMPLE_RECORD, now);
    else this.table.addFinWait2(origin, SAMPLE_RECORD, 30_000, now + 30_000);
  }

  has(i: number): boolean {
    const [remoteAddress, remotePort] = peerOf(i);
    return this.table.find(OWN, 80, remoteAddress, remotePort) !== null;
  }

  get octetsEach(): number {
    return this.table.octets / this.table.size;
  }
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
});
