import { expect, it } from 'vitest';
import { recvAll, TwoHosts } from './two-hosts.ts';

const OCTETS = 3_000_000;

/** Sends OCTETS over 10 Mbit/s, with a queue that marks from 20 packets on and drops from 60 on. */
function transfer(ecn: 0 | 1) {
  const hosts = new TwoHosts({ ecn }, { rate: 10e6, queue: { packets: 60, markAt: 20 } });
  const { a, b } = hosts.connected();
  const into = new Uint8Array(65_536);
  const began = hosts.clock.now();
  for (let sent = 0, received = 0; received < OCTETS;) {
    hosts.clock.advanceBy(1);
    if (hosts.clock.now() - began > 60_000) throw new Error('the transfer does not end');
    if (sent < OCTETS) sent += Math.max(0, a.send(new Uint8Array(Math.min(OCTETS - sent, 65_536))));
    received += recvAll(b, into);
  }
  const { marked } = hosts.link.aToB.counters;
  return {
    rate: (OCTETS * 8) / (hosts.clock.now() - began) / 1000,
    marked,
    sentAgain: a.connection?.sender.retransmissions,
  };
}

it('with ECN a queue that marks takes the place of losses: nothing is sent again, and the link is full', () => {
  const marking = transfer(1);
  const dropping = transfer(0);
  expect(marking.marked).toBeGreaterThan(0);
  expect(marking.sentAgain).toBe(0);
  expect(dropping.marked).toBe(0);
  expect(dropping.sentAgain).toBeGreaterThan(0);
  expect(marking.rate, 'Mbit/s of text on a link of 10').toBeGreaterThan(9);
});
