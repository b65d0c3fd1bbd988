import { describe, expect, it } from 'vitest';
import { linux, tcpInfo } from '../../src/index.ts';
import { Reordering } from '../../src/recovery/reordering.ts';
import { Wire, type WireOptions } from '../wire.ts';

const SACK = { peer: 'win 65535 <mss 1000,sackOK>', profile: { sack: true, tailLossProbe: false } };
const TIMESTAMPS = {
  peer: 'win 65535 <mss 1012,TS val 100 ecr 0>',
  profile: { timestamps: true, tailLossProbe: false },
};
const SACK_TS = {
  peer: 'win 65535 <mss 1012,sackOK,TS val 100 ecr 0>',
  profile: { sack: true, timestamps: true, tailLossProbe: false },
};
/** With so many segments in flight. */
const sent = (options: WireOptions, segments: number): Wire => {
  const wire = Wire.established({ ...options, profile: { slowStartAfterIdle: false, ...options.profile } });
  const { sender } = wire.connection;
  sender.congestion.begin(segments);
  // As large as acknowledgments would have made it on the way to such a cwnd.
  sender.bufferLimit = Math.max(sender.bufferLimit, 2 * segments * (sender.mss + 640));
  return wire
    .write(segments * sender.mss)
    .drain()
    .advance(100);
};

/** The degree of reordering, and how often there was some. */
const seen = ({ connection, now }: Wire): readonly [number, number] => {
  const { tcpi_reordering, tcpi_reord_seen } = tcpInfo(connection, now);
  return [tcpi_reordering, tcpi_reord_seen];
};

describe('the degree of reordering (Linux tcp_check_sack_reordering)', () => {
  it('is net.ipv4.tcp_reordering at first', () => {
    expect(seen(sent(SACK, 10))).toEqual([3, 0]);
  });

  it('is how far behind the highest block a segment is that a later block reports', () => {
    const wire = sent(SACK, 10).send('. 1:1(0) ack 1 <sack 8001:9001>');
    expect(seen(wire)).toEqual([3, 0]);
    wire.send('. 1:1(0) ack 1 <sack 2001:3001 8001:9001>');
    expect(seen(wire)).toEqual([7, 1]);
  });

  it('is how far behind it a segment is that a later acknowledgment covers', () => {
    const wire = sent(SACK, 10).send('. 1:1(0) ack 1 <sack 1001:6001>').send('. 1:1(0) ack 6001');
    expect(seen(wire)).toEqual([3, 0]);
    wire.send('. 1:1(0) ack 6001 <sack 7001:8001>').send('. 1:1(0) ack 6001 <sack 7001:10001>');
    expect(seen(wire)).toEqual([3, 0]);
    const late = sent(SACK, 10).send('. 1:1(0) ack 1 <sack 9001:10001>').send('. 1:1(0) ack 2001');
    expect(seen(late)).toEqual([10, 1]);
  });

  it('counts once what one acknowledgment tells', () => {
    const wire = sent(SACK, 10).send('. 1:1(0) ack 1 <sack 9001:10001>');
    wire.send('. 1:1(0) ack 1 <sack 2001:3001 4001:5001 9001:10001>');
    expect(seen(wire)).toEqual([8, 1]);
  });

  it('does not count what was sent again', () => {
    const wire = sent(SACK, 10).send('. 1:1(0) ack 1 <sack 1001:4001>').expect('. 1:1001(1000) ack 1');
    wire.advance(100).send('. 1:1(0) ack 4001');
    expect(seen(wire)).toEqual([3, 0]);
  });
});

describe('without SACK', () => {
  const duplicates = (wire: Wire, ack: number, count: number): Wire => {
    for (let i = 0; i < count; i++) wire.send(`. 1:1(0) ack ${ack}`);
    return wire;
  };

  /** After more duplicates than segments were behind the first. */
  const raised = (): Wire => duplicates(sent({}, 6), 1, 9).drain().send('. 1:1(0) ack 6001').drain();

  it('more duplicates than segments in flight raise the degree (Linux tcp_check_reno_reordering)', () => {
    expect(seen(duplicates(sent({}, 6), 1, 5))).toEqual([3, 0]);
    expect(seen(raised())).toEqual([6, 4]);
  });

  it('so many duplicates mean a loss from then on', () => {
    const wire = raised().write(8000).drain().advance(100);
    const { sender } = wire.connection;
    wire.send('. 1:1(0) ack 7001').drain();
    const before = sender.retransmissions;
    duplicates(wire, 7001, 5);
    expect(sender.retransmissions).toBe(before);
    duplicates(wire, 7001, 1);
    expect(sender.retransmissions).toBe(before + 1);
  });

  it('a segment that timestamps tell to be late raises it as far as it was late (Linux tcp_try_undo_partial)', () => {
    const wire = sent(TIMESTAMPS, 20);
    const stamp = wire.connection.timestampAt(wire.now - 100);
    for (let i = 0; i < 3; i++) wire.send(`. 1:1(0) ack 1 <TS val 200 ecr ${stamp}>`);
    wire.drain().send(`. 1:1(0) ack ${1 + 12 * 988} <TS val 201 ecr ${stamp}>`);
    expect(seen(wire)).toEqual([12, 1]);
    expect(wire.connection.sender.recovery.state).toBe('open');
  });

  it('a timeout while so many duplicates came as mean a loss at first lowers it (Linux tcp_enter_loss)', () => {
    const wire = raised().write(8000).drain().send('. 1:1(0) ack 7001').drain();
    duplicates(wire, 7001, 4);
    expect(seen(wire)[0]).toBe(6);
    wire.advance(1000);
    expect(wire.connection.sender.recovery.state).toBe('loss');
    expect(seen(wire)[0]).toBe(3);
  });
});

describe('on a path that brings segments out of order', () => {
  it('what SACK blocks report lets cwnd grow, too (Linux tcp_may_raise_cwnd)', () => {
    const growth = (blocks: string): number => {
      const wire = sent(SACK, 10).send('. 1:1(0) ack 1 <sack 8001:9001>');
      const { sender } = wire.connection;
      const before = sender.cwnd;
      wire.send(`. 1:1(0) ack 1 <sack ${blocks}>`);
      return sender.cwnd - before;
    };
    expect(growth('8001:10001')).toBe(0);
    expect(growth('6001:7001 8001:9001')).toBe(0);
    expect(growth('5001:6001 8001:9001')).toBe(1);
  });

  const small = { ...SACK, profile: { ...SACK.profile, sendBufferInitial: 4096 } };

  it('the send buffer holds what comes behind the late segment, twice (Linux tcp_sndbuf_expand)', () => {
    const room = (blocks: string): number => {
      const wire = sent(small, 10).write(5000).drain();
      for (const end of [10_001, 11_001]) wire.send(`. 1:1(0) ack 1 <sack 9001:${end}>`).drain();
      return wire.send(`. 1:1(0) ack 1 <sack ${blocks}>`).connection.sender.bufferLimit;
    };
    // Ten segments, or eleven: twice as many, with 640 bytes each.
    expect([room('9001:11001'), room('1001:2001 9001:11001')]).toEqual([32_800, 36_080]);
  });

  it('the send buffer does not shrink with cwnd: what fills the link during a recovery lies in it, too', () => {
    const wire = sent(small, 40);
    const { connection } = wire.send('. 1:1(0) ack 1001');
    connection.sender.congestion.begin(1);
    wire.send('. 1:1(0) ack 40001');
    // The first acknowledgment lets cwnd grow to 41.
    expect(connection.sender.bufferLimit).toBe(2 * 41 * 1640);
  });
});

describe('a retransmission that is acknowledged by the number (RFC 8985, 6.2, step 2)', () => {
  /** Two segments of ten are taken for lost and sent again; the first of them is acknowledged, with the echo of `which`. */
  const lost = (which: 'first' | 'again'): number => {
    const wire = sent(SACK_TS, 10);
    const first = wire.connection.timestampAt(wire.now - 100);
    wire.send(`. 1:1(0) ack 1 <sack 989:3953,TS val 200 ecr ${first}>`);
    wire.expect('. 1:989(988) ack 1');
    const again = wire.connection.timestampAt(wire.now);
    wire.advance(130).send(`. 1:1(0) ack 3953 <TS val 201 ecr ${which === 'first' ? first : again}>`);
    return wire.connection.sender.flight.everLost;
  };

  it('tells of the other segments if timestamps say that it is what arrived', () => {
    expect(lost('again')).toBe(1 + 6);
  });

  it('tells nothing if the first transmission did (Linux tcp_skb_spurious_retrans)', () => {
    expect(lost('first')).toBe(1);
  });
});

describe('D-SACKs (Linux tcp_dsack_seen, tcp_try_undo_dsack)', () => {
  it('count, but say nothing where there are more than segments sent again', () => {
    const wire = sent(SACK, 10).send('. 1:1(0) ack 1 <sack 1001:4001>').drain().send('. 1:1(0) ack 10001');
    wire.send('. 1:1(0) ack 10001 <sack 5001:7001>');
    const { connection, now } = wire;
    expect(tcpInfo(connection, now).tcpi_dsack_dups).toBe(2);
    wire.send('. 1:1(0) ack 10001 <sack 1:1001>');
    expect(connection.sender.recovery.undone).toBe(0);
  });

  it('widen the reordering window for sixteen recoveries that were needed (RFC 8985, 6.2, step 4)', () => {
    const reordering = new Reordering(linux);
    reordering.onDuplicateReported(1, 1, 0, 0);
    const widths = Array.from({ length: 17 }, () => {
      reordering.onRecovered();
      return reordering.widening;
    });
    expect(widths).toEqual([...Array.from({ length: 15 }, () => 2), 1, 1]);
  });

  it('keep it wide for one more where they undo a reduction', () => {
    const reordering = new Reordering(linux);
    reordering.onDuplicateReported(1, 1, 0, 0);
    for (let i = 0; i < 15; i++) reordering.onRecovered();
    reordering.onUndone();
    reordering.onRecovered();
    expect(reordering.widening).toBe(2);
    reordering.onRecovered();
    expect(reordering.widening).toBe(1);
  });
});
