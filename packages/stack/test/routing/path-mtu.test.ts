import { Flag } from '@halfclose/codec';
import { linux } from '@halfclose/tcp';
import { describe, expect, it } from 'vitest';
import { ip, OWN, PEER, PEER6, TestDevice } from '../bench.ts';
import { NarrowPath } from '../narrow-path.ts';

const ELSEWHERE = ip('10.0.0.3');

describe('the MTU of a path that a router told (RFC 1191, RFC 8201)', () => {
  it.each([
    ['IPv4', PEER, 1300, 1260],
    ['IPv6', PEER6, 1300, 1240],
  ])('is that of later connections to the same address, too: over %s', (_family, peer, mtu, text) => {
    const bench = new NarrowPath();
    bench.narrowed(mtu, peer);
    expect(bench.write(bench.connected(peer), 2 * text)).toEqual([text, text]);
  });

  it('is that of connections which peers open', () => {
    const bench = new NarrowPath();
    bench.narrowed(1000);
    const listener = bench.listen();
    bench.receive({ flags: Flag.SYN, seq: 0, maximumSegmentSize: 1460 });
    const [answer] = bench.device.sent.splice(0);
    bench.receive({ flags: Flag.ACK, seq: 1, ack: ((answer?.segment.seq ?? 0) + 1) | 0 });
    const hosted = bench.host.accept(listener);
    if (hosted === null) throw new Error('not accepted');
    expect(bench.write(hosted, 1920)).toEqual([960, 960]);
  });

  it('reaches other connections to the address with what they send next', () => {
    const bench = new NarrowPath();
    const other = bench.connected();
    bench.narrowed(1000);
    expect(other.connection.path.mtu).toBe(1500);
    expect(bench.write(other, 1920)).toEqual([960, 960]);
  });

  it('has them send again what they have in flight, as it will not arrive', () => {
    const bench = new NarrowPath();
    const other = bench.connected();
    bench.write(other, 1400);
    bench.narrowed(1000);
    const { cwnd } = other.connection.sender;
    expect(bench.write(other, 960)).toEqual([960, 440, 960]);
    expect(other.connection.sender.cwnd).toBe(cwnd);
  });

  it('is nothing to connections elsewhere: what they have in flight stays there', () => {
    const bench = new NarrowPath();
    const other = bench.connected(ELSEWHERE);
    bench.write(other, 1400);
    bench.narrowed(1000);
    expect(bench.write(other, 1460)).toEqual([1460]);
    expect(other.connection.sender.retransmissions).toBe(0);
  });

  it('is nothing to the same address by another device', () => {
    const bench = new NarrowPath();
    const second = new TestDevice();
    const hosted = bench.narrowed(1000);
    bench.host.addInterface(second, [{ address: ip('192.0.2.1'), prefixLength: 32 }]);
    bench.host.addRoute(PEER, 32, second, OWN);
    const later = bench.connect();
    expect([hosted.connection.path.mtu, later.connection.path.mtu]).toEqual([1000, 1500]);
  });

  it('falls when a router tells of less, and does not grow when one tells of more', () => {
    const bench = new NarrowPath();
    const hosted = bench.narrowed(1000);
    bench.write(hosted, 960);
    bench.tooBig(hosted, 1200);
    expect(hosted.connection.path.mtu).toBe(1000);
    bench.tooBig(hosted, 800);
    expect([hosted.connection.path.mtu, bench.connect().connection.path.mtu]).toEqual([800, 800]);
  });

  it('is told in vain to who has sent nothing that large (RFC 5927, 7.2)', () => {
    const bench = new NarrowPath();
    const hosted = bench.connect();
    const ack = hosted.connection.sender.sndNxt;
    bench.reply(hosted, { flags: Flag.SYN | Flag.ACK, seq: 0, ack, maximumSegmentSize: 536 });
    bench.write(hosted, 536);
    bench.tooBig(hosted, 576);
    bench.tooBig(hosted, 1400);
    expect([hosted.connection.path.mtu, bench.connect().connection.path.mtu]).toEqual([1500, 1500]);
    bench.tooBig(hosted, 575);
    expect(hosted.connection.path.mtu).toBe(575);
  });
});

describe('a path of IPv4 that takes less than net.ipv4.route.min_pmtu', () => {
  const numbers = (bench: NarrowPath) => bench.device.sent.map(({ identification }) => identification);

  it.each([551, 0])('gets that, and routers may cut it: told %i', (mtu) => {
    const bench = new NarrowPath();
    const hosted = bench.narrowed(mtu);
    expect(bench.write(hosted, 1024)).toEqual([512, 512]);
    bench.acknowledge(hosted);
    hosted.connection.send(new Uint8Array(1024));
    bench.host.wake(hosted);
    bench.clock.runTasks();
    const [first = NaN, second] = numbers(bench);
    expect([first >= 0 && first <= 0xffff, second]).toEqual([true, (first + 1) & 0xffff]);
  });

  it('may be told of in two steps', () => {
    const bench = new NarrowPath();
    const hosted = bench.narrowed(552);
    bench.write(hosted, 512);
    bench.tooBig(hosted, 500);
    bench.acknowledge(hosted);
    expect([hosted.connection.path.mtu, hosted.connection.path.fragmentable]).toEqual([552, true]);
  });

  it('is a path like any other when that is forgotten', () => {
    const bench = new NarrowPath();
    const hosted = bench.narrowed(100);
    bench.clock.advanceBy(600_000);
    hosted.connection.send(new Uint8Array(1460));
    bench.host.wake(hosted);
    bench.clock.runTasks();
    expect(numbers(bench)).toEqual([undefined]);
  });

  it('that takes as much has DF in its packets', () => {
    const bench = new NarrowPath();
    const hosted = bench.narrowed(552);
    hosted.connection.send(new Uint8Array(512));
    bench.host.wake(hosted);
    bench.clock.runTasks();
    expect(numbers(bench)).toEqual([undefined]);
  });
});

describe('the MTU of a path that was told ten minutes ago', () => {
  it('is forgotten: a live connection sends as much as the link takes', () => {
    const bench = new NarrowPath();
    const hosted = bench.narrowed(1000);
    bench.clock.advanceBy(599_999);
    expect(bench.write(hosted, 1460, true)).toEqual([960, 500]);
    bench.clock.advanceBy(1);
    expect(bench.write(hosted, 1460)).toEqual([1460]);
    expect(bench.connect().connection.path.mtu).toBe(1500);
  });

  it('is found out anew where it still holds', () => {
    const bench = new NarrowPath();
    const hosted = bench.narrowed(1000);
    bench.clock.advanceBy(600_000);
    expect(bench.write(hosted, 1460)).toEqual([1460]);
    bench.tooBig(hosted, 1000);
    expect([bench.takeSizes(), bench.connect().connection.path.mtu]).toEqual([[960, 500], 1000]);
  });

  it('was told again since, of less: it is ten minutes from then', () => {
    const bench = new NarrowPath();
    const hosted = bench.narrowed(1000);
    bench.clock.advanceBy(300_000);
    bench.write(hosted, 960);
    bench.tooBig(hosted, 900);
    bench.clock.advanceBy(599_999);
    expect(bench.connect().connection.path.mtu).toBe(900);
    bench.clock.advanceBy(1);
    expect(bench.connect().connection.path.mtu).toBe(1500);
  });

  it('costs no timer until then', () => {
    const bench = new NarrowPath();
    bench.narrowed(1000);
    // Its connection's timer entry, which was not taken out.
    bench.clock.advanceBy(1000);
    expect(bench.clock.pendingTimers).toBe(0);
  });
});

describe('the MTUs of more paths than a host keeps', () => {
  const peer = (i: number) => ip(`10.0.0.${i + 10}`);

  it('are those told of last, and who goes by a forgotten one finds it out again', () => {
    const bench = new NarrowPath({ maxPathMtus: 3 });
    const [first] = [0, 1, 2, 3].map((i) => bench.narrowed(1000, peer(i)));
    const known = [0, 1, 2, 3].map((i) => bench.connect(peer(i)).connection.path.mtu);
    expect(known).toEqual([1500, 1000, 1000, 1000]);
    if (first === undefined) throw new Error('no connection');
    bench.takeSizes();
    expect(bench.write(first, 1460)).toEqual([1460]);
    bench.tooBig(first, 1000);
    expect(bench.takeSizes()).toEqual([960, 500]);
  });

  it('leave one that was told of again in its place, as the latest', () => {
    const bench = new NarrowPath({ maxPathMtus: 2 });
    const first = bench.narrowed(1000, peer(0));
    bench.narrowed(1000, peer(1));
    bench.write(first, 960);
    bench.tooBig(first, 900);
    bench.narrowed(1000, peer(2));
    const known = [0, 1, 2].map((i) => bench.connect(peer(i)).connection.path.mtu);
    expect(known).toEqual([900, 1500, 1000]);
  });

  it('fill the table of the default profile before one is forgotten', () => {
    const bench = new NarrowPath();
    const far = (i: number) => ip(`10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`);
    bench.host.addRoute(ip('10.0.0.0'), 8, bench.device, OWN);
    for (let i = 0; i <= linux.maxPathMtus; i++) {
      const hosted = bench.narrowed(1000, far(i));
      hosted.connection.abort('close', bench.clock.now());
      bench.host.wake(hosted);
    }
    bench.clock.runTasks();
    const mtuOf = (i: number) => bench.connect(far(i)).connection.path.mtu;
    expect([mtuOf(0), mtuOf(1), mtuOf(linux.maxPathMtus)]).toEqual([1500, 1000, 1000]);
  });
});
