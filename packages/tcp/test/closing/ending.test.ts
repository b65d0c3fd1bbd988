import { describe, expect, it } from 'vitest';
import { tcpInfo } from '../../src/index.ts';
import { Wire } from '../wire.ts';

const marks = (wire: Wire): string[] =>
  wire.connection.marks.map(
    ({ kind, direction, reason, time }) => `${kind} ${direction}: ${reason} at ${time}`,
  );
const history = (wire: Wire): string[] =>
  wire.connection.history.map(({ from, to, why, time }) => `${from} > ${to}: ${why} at ${time}`);

describe('how a connection ended', () => {
  it('is told by each change of state, with its time and reason', () => {
    const wire = Wire.finWait2().advance(500).send('F. 1:1(0) ack 2');
    expect(history(wire)).toEqual([
      'CLOSED > SYN-SENT: connect at 1000',
      'SYN-SENT > ESTABLISHED: SYN+ACK arrived at 1100',
      'ESTABLISHED > FIN-WAIT-1: shutdown at 1100',
      'FIN-WAIT-1 > FIN-WAIT-2: FIN acknowledged at 1100',
      'FIN-WAIT-2 > TIME-WAIT: FIN arrived at 1600',
    ]);
  });

  it('is told by the FINs of both sides, in order', () => {
    const wire = Wire.established().advance(10).shutdown().advance(20).send('F. 1:1(0) ack 2');
    expect(marks(wire)).toEqual(['fin sent: shutdown at 1110', 'fin received: peer closed at 1130']);
  });

  it('is told by one FIN however often it was sent', () => {
    const wire = Wire.finWait1().advance(5000);
    expect(marks(wire)).toEqual(['fin sent: shutdown at 1100']);
  });

  it('is told by one FIN however often it came', () => {
    const wire = Wire.closeWait().send('F. 1:1(0) ack 1').send('F. 1:1(0) ack 1');
    expect(marks(wire)).toEqual(['fin received: peer closed at 1100']);
  });

  it.each<[string, () => Wire]>([
    ['rst sent: unread data at close', () => Wire.established().send('P. 1:2(1) ack 1').close()],
    ['rst sent: linger 0', () => Wire.established().close(true)],
    ['rst sent: abort', () => Wire.established().abort()],
    ['rst received: peer reset', () => Wire.established().send('R 1:1(0)')],
    ['rst received: connection refused', () => Wire.synSent().send('R. 0:0(0) ack 1')],
  ])('%s', (mark, end) => {
    expect(marks(end()).map((each) => each.replace(/ at \d+$/, ''))).toEqual([mark]);
  });

  it.each<[string, () => Wire]>([
    [
      'retransmissions exhausted',
      () =>
        Wire.established({ profile: { retries2: 2 } })
          .write(1)
          .advance(60_000),
    ],
    ['handshake timed out', () => Wire.synSent().advance(600_000)],
    ['FIN-WAIT-2 limit', () => Wire.finWait2().close().advance(60_000)],
    ['FIN acknowledged', () => Wire.lastAck().send('. 2:2(0) ack 2')],
  ])('%s', (why, end) => {
    expect(end().connection.history.at(-1)?.why).toBe(why);
  });
});

describe('TCP_INFO', () => {
  it('has the numbers of Linux for the states', () => {
    const of = (wire: Wire): number => tcpInfo(wire.connection, wire.now).tcpi_state;
    expect([
      of(Wire.established()),
      of(Wire.synSent()),
      of(Wire.synReceived()),
      of(Wire.finWait1()),
      of(Wire.finWait2()),
      of(Wire.timeWait()),
      of(Wire.closeWait()),
      of(Wire.lastAck()),
      of(Wire.closing()),
    ]).toEqual([1, 2, 3, 4, 5, 7, 8, 9, 11]);
  });

  it('tells round trips in microseconds', () => {
    const wire = Wire.established();
    const info = tcpInfo(wire.connection, wire.now);
    expect([info.tcpi_rtt, info.tcpi_rttvar, info.tcpi_min_rtt, info.tcpi_rto]).toEqual([
      100_000, 50_000, 100_000, 300_000,
    ]);
  });

  it('tells what is unacknowledged, unsent, and was sent again', () => {
    const wire = Wire.established({ peer: 'win 2000 <mss 1000>' }).write(5000).advance(300);
    const info = tcpInfo(wire.connection, wire.now);
    expect([
      info.tcpi_unacked,
      info.tcpi_notsent_bytes,
      info.tcpi_total_retrans,
      info.tcpi_retransmits,
    ]).toEqual([2, 3000, 1, 1]);
  });

  it('tells what was negotiated', () => {
    const peer = 'win 65535 <mss 1000,sackOK,TS val 1 ecr 0,wscale 7>';
    const all = { timestamps: true, sack: true, windowScaling: true, ecn: 2 } as const;
    const bare = Wire.established();
    const full = new Wire({ peer, profile: all });
    full.connection.accept(full.peerSegment(`SEW 0:0(0) ${peer}`), full.now);
    expect([bare, full].map(({ connection, now }) => tcpInfo(connection, now).tcpi_options)).toEqual([0, 15]);
  });

  it('tells how long ago text went and came', () => {
    const wire = Wire.established().advance(10).write(1).advance(20).send('P. 1:2(1) ack 2').advance(30);
    const info = tcpInfo(wire.connection, wire.now);
    expect([info.tcpi_last_data_sent, info.tcpi_last_data_recv, info.tcpi_last_ack_recv]).toEqual([
      50, 30, 30,
    ]);
  });

  it('counts from the opening what has not happened yet', () => {
    const { connection, now } = Wire.established().advance(70);
    expect(tcpInfo(connection, now).tcpi_last_data_recv).toBe(70);
  });

  it('counts what was sent, sent again, and reported twice', () => {
    const peer = 'win 65535 <mss 1000,sackOK>';
    const wire = Wire.established({ peer, profile: { sack: true, tailLossProbe: false } })
      .write(2000)
      .advance(300);
    wire.send('. 1:1(0) ack 2001 <sack 1:1001>');
    const info = tcpInfo(wire.connection, wire.now);
    // SYN, the ACK of the handshake, two segments, one of them again; SYN+ACK and an acknowledgment.
    expect([info.tcpi_segs_out, info.tcpi_segs_in, info.tcpi_bytes_sent, info.tcpi_bytes_retrans]).toEqual([
      5, 2, 3000, 1000,
    ]);
    expect([info.tcpi_dsack_dups, info.tcpi_reord_seen]).toEqual([1, 0]);
  });
});
