import { hostTimers } from '@halfclose/timers/host';
import { expect, test } from 'vitest';
import { createLink } from '../../src/index.ts';
import { packet } from '../packets.ts';

test('a link works in real time: each packet comes no sooner than it may, and in order', async () => {
  const timers = hostTimers();
  const link = createLink(timers, { delay: 3, jitter: 2, rate: 1e6 });
  const sentAt = timers.now();
  const arrivals: { seq: number; octets: number; after: number }[] = [];
  await new Promise<void>((resolve) => {
    let octets = 0;
    link.b.attach((packet) => {
      if (packet.kind !== 'tcp') return;
      octets += 40 + packet.segment.payload.length;
      arrivals.push({ seq: packet.segment.seq, octets, after: timers.now() - sentAt });
      if (arrivals.length === 20) resolve();
    });
    for (let seq = 0; seq < 20; seq++) link.a.transmit(packet({ seq, octets: 85 }));
  });
  expect(arrivals.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  for (const { octets, after } of arrivals) expect(after).toBeGreaterThanOrEqual((octets * 8) / 1000 + 1);
});
