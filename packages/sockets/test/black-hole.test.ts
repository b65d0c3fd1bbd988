import { drop, segment } from '@halfclose/netem';
import type { Profile } from '@halfclose/stack';
import { describe, expect, it } from 'vitest';
import type { TcpSocket } from '../src/index.ts';
import { type Connected, recvAll, TwoHosts } from './two-hosts.ts';

const OCTETS = 400_000;
/** Octets of text that the way takes; what is larger vanishes, and nobody says so. */
const PASSES = 1300;

/** As after an ICMP error that is believed until then; the path that it has is valid without end. */
function narrow({ connection }: TcpSocket, mtu: number, until: number | null = null): void {
  if (connection === null) throw new Error('not connected');
  const { path } = connection;
  connection.changePath({ ...path, mtu, validUntil: until ?? path.validUntil });
}

/** The MSS that a has so many milliseconds from now on, when it has sent to b all the while. */
function searching(hosts: TwoHosts, { a, b }: Connected): (time: number) => number {
  const began = hosts.clock.now();
  const into = new Uint8Array(65_536);
  return (time) => {
    while (hosts.clock.now() < began + time) {
      a.send(new Uint8Array(65_536));
      hosts.clock.advanceBy(20);
      recvAll(b, into);
    }
    return a.connection?.sender.mss ?? 0;
  };
}

/** What there is after a transfer of OCTETS from a to b, or a minute of trying. */
function transfer(profile: Partial<Profile>, passes = PASSES) {
  const tooLarge = segment(({ payload }) => payload.length > passes);
  const hosts = new TwoHosts(profile, { aToB: { rules: [drop(tooLarge)] } });
  const { a, b } = hosts.connected();
  const into = new Uint8Array(65_536);
  let received = 0;
  let took = 0;
  for (let sent = 0; received < OCTETS && took < 60_000; took += 5) {
    hosts.clock.advanceBy(5);
    if (sent < OCTETS) sent += Math.max(0, a.send(new Uint8Array(Math.min(OCTETS - sent, 65_536))));
    received += recvAll(b, into);
  }
  return { received, took, mss: a.connection?.sender.mss ?? 0, ssthresh: a.connection?.sender.ssthresh ?? 0 };
}

describe('a way that drops large segments and says nothing (RFC 4821)', () => {
  it('lets nothing through where nobody searches: net.ipv4.tcp_mtu_probing=0', () => {
    expect(transfer({ mtuProbing: 0 })).toMatchObject({ received: 0, mss: 1448 });
  });

  it('is found out after R1 retransmissions, and then what passes, to within 8 octets', () => {
    const { received, took, mss } = transfer({ mtuProbing: 1 });
    expect([received, took < 5000]).toEqual([OCTETS, true]);
    expect(mss).toBeGreaterThan(PASSES - 8);
    expect(mss).toBeLessThanOrEqual(PASSES);
  });

  it('is met with small segments from the beginning by 2', () => {
    const { received, took } = transfer({ mtuProbing: 2 });
    expect([received, took < 1000]).toEqual([OCTETS, true]);
  });

  it('may take even less than net.ipv4.tcp_base_mss: half of it each time', () => {
    const { received, mss } = transfer({ mtuProbing: 1 }, 600);
    expect(received).toBe(OCTETS);
    expect(mss).toBeLessThanOrEqual(600);
    expect(mss).toBeGreaterThan(592);
  });

  it('costs no slow-start threshold: a probe that is lost is no congestion', () => {
    expect(transfer({ mtuProbing: 2 }).ssthresh).toBe(0x7fffffff);
  });

  it('costs a way that takes everything nothing', () => {
    expect(transfer({ mtuProbing: 1 }, Infinity)).toMatchObject({ received: OCTETS, mss: 1448 });
  });

  it('is not searched beyond what an ICMP error says of it', () => {
    let longest = 0;
    const watch = segment(({ payload }) => {
      longest = Math.max(longest, payload.length);
      return false;
    });
    const hosts = new TwoHosts({ mtuProbing: 2 }, { aToB: { rules: [drop(watch)] } });
    const { a, b } = hosts.connected();
    narrow(a, 1200);
    const into = new Uint8Array(65_536);
    for (let round = 0; round < 100; round++) {
      a.send(new Uint8Array(65_536));
      hosts.clock.advanceBy(20);
      recvAll(b, into);
    }
    expect(longest).toBeGreaterThan(1148 - 8);
    expect(longest).toBeLessThanOrEqual(1148);
  });

  it('is searched again after net.ipv4.tcp_probe_interval: it may take more by then', () => {
    let passes = PASSES;
    const tooLarge = segment(({ payload }) => payload.length > passes);
    const hosts = new TwoHosts(
      { mtuProbing: 2, mtuProbeInterval: 10_000 },
      { aToB: { rules: [drop(tooLarge)] } },
    );
    const mssAt = searching(hosts, hosts.connected());
    const found = mssAt(5000);
    passes = Infinity;
    expect([found > PASSES - 8 && found <= PASSES, mssAt(9000)]).toEqual([true, found]);
    expect(mssAt(12_000)).toBeGreaterThan(1448 - 8);
  });

  it('is searched up to its link again when what ICMP said is no longer believed', () => {
    const hosts = new TwoHosts({ mtuProbing: 2, mtuProbeInterval: 10_000 });
    const { a, b } = hosts.connected();
    narrow(a, 1200, hosts.clock.now() + 5000);
    const mssAt = searching(hosts, { a, b });
    const narrowed = mssAt(4000);
    expect([narrowed > 1148 - 8 && narrowed <= 1148, a.connection?.path.mtu]).toEqual([true, 1200]);
    expect([mssAt(6000) <= 1148, a.connection?.path.mtu]).toEqual([true, 1500]);
    expect(mssAt(12_000)).toBeGreaterThan(1448 - 8);
  });
});
