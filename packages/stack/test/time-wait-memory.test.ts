import { ipv4 } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import { expect, it } from 'vitest';
import { TimeWaitTable } from '../src/time-wait-table.ts';

const ENTRIES = 1_000_000;
const OWN = ipv4(10, 0, 0, 1);
const RECORD = {
  sndNxt: 1,
  rcvNxt: 2,
  window: 500,
  windowShift: 7,
  timestamps: true,
  tsRecent: 3,
  timestampOffset: 0,
  lastChallengeAt: -Infinity,
};

it('takes at most 48 octets an entry at a million of both kinds, the index included, and lets all of them go', () => {
  const clock = new VirtualClock();
  let expired = 0;
  const table = new TimeWaitTable({
    timers: clock,
    duration: 60_000,
    seed: 0x5eed,
    timestampOffset: () => 0,
    onExpired: () => expired++,
  });
  for (let i = 0; i < ENTRIES; i++) {
    const remoteAddress = ipv4(10, 1 + (i >> 20), (i >> 12) & 0xff, (i >> 4) & 0xff);
    const tuple = { localAddress: OWN, localPort: 80, remoteAddress, remotePort: 1024 + (i & 0xf) };
    if ((i & 1) === 0) table.add(tuple, RECORD, 0);
    else table.addFinWait2(tuple, RECORD, 30_000, 30_000);
  }
  expect(table.size).toBe(ENTRIES);
  expect(table.octets / ENTRIES).toBeLessThanOrEqual(48);
  expect(table.find(OWN, 80, ipv4(10, 1, 7, 9), 1030)?.record.sndNxt).toBe(RECORD.sndNxt);
  clock.advanceTo(30_000);
  expect([expired, table.timeWaits]).toEqual([ENTRIES / 2, ENTRIES / 2]);
  clock.advanceTo(60_000);
  expect([expired, table.size, clock.pendingTimers]).toEqual([ENTRIES, 0, 0]);
});
