import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { type TcpInfo, tcpInfo } from '../../src/index.ts';
import { Wire } from '../wire.ts';

const SACK = { peer: 'win 65535 <mss 1000,sackOK>', profile: { sack: true, tailLossProbe: false } };

const infoOf = ({ connection, now }: Wire): TcpInfo => tcpInfo(connection, now);

/** Some of the fields, in that order. */
const fields = (wire: Wire, ...names: (keyof TcpInfo)[]): number[] => {
  const info = infoOf(wire);
  return names.map((name) => info[name]);
};

describe('what TCP_INFO tells of segments', () => {
  it('counts those with text apart, both ways', () => {
    const wire = Wire.established().write(2000).drain().advance(100).send('. 1:1(0) ack 2001');
    wire.send('P. 1:101(100) ack 2001').advance(200).drain();
    expect(fields(wire, 'tcpi_data_segs_out', 'tcpi_data_segs_in')).toEqual([2, 1]);
    // SYN, ACK, two with text, ACK; SYN+ACK, ACK, one with text.
    expect(fields(wire, 'tcpi_segs_out', 'tcpi_segs_in')).toEqual([5, 3]);
  });

  it('counts a segment that is sent again twice', () => {
    const wire = Wire.established(SACK).write(1000).drain().advance(300).drain();
    expect(fields(wire, 'tcpi_data_segs_out', 'tcpi_total_retrans')).toEqual([2, 1]);
  });

  it('counts those that came ahead of a hole', () => {
    const wire = Wire.established(SACK).send('. 101:201(100) ack 1').send('. 201:301(100) ack 1').drain();
    expect(fields(wire, 'tcpi_rcv_ooopack')).toEqual([2]);
    wire.send('P. 1:101(100) ack 1').drain();
    expect(fields(wire, 'tcpi_rcv_ooopack')).toEqual([2]);
  });

  it('counts what was delivered once: the SYN, what SACK blocks reported, and what was acknowledged', () => {
    const wire = Wire.established(SACK);
    expect(infoOf(wire).tcpi_delivered).toBe(1);
    wire.write(5000).drain().advance(100).send('. 1:1(0) ack 1001 <sack 2001:4001>');
    expect(infoOf(wire).tcpi_delivered).toBe(4);
    wire.send('. 1:1(0) ack 5001');
    expect(infoOf(wire).tcpi_delivered).toBe(6);
  });

  it('counts what arrived twice as delivered twice, and without SACK what duplicates stand for', () => {
    const wire = Wire.established(SACK).write(1000).drain().advance(300).drain().send('. 1:1(0) ack 1001');
    wire.send('. 1:1(0) ack 1001 <sack 1:1001>');
    expect(infoOf(wire).tcpi_delivered).toBe(3);
    const plain = Wire.established().write(5000).drain().advance(100);
    plain.send('. 1:1(0) ack 1').send('. 1:1(0) ack 1').send('. 1:1(0) ack 5001');
    expect(infoOf(plain).tcpi_delivered).toBe(6);
  });

  it('counts apart what an acknowledgment with ECE tells to be delivered', () => {
    const wire = Wire.synSent({ profile: { ecn: 1 } }).advance(100);
    wire.send('SE. 0:0(0) ack 1 win 65535 <mss 1000>').drain().write(5000).drain().advance(100);
    wire.send('E. 1:1(0) ack 2001').send('. 1:1(0) ack 5001');
    expect(fields(wire, 'tcpi_delivered', 'tcpi_delivered_ce')).toEqual([6, 2]);
  });
});

describe('what TCP_INFO tells of retransmission timeouts', () => {
  it('is how many struck, how often they began, and for how long nothing was acknowledged', () => {
    const names = ['tcpi_total_rto', 'tcpi_total_rto_recoveries', 'tcpi_total_rto_time'] as const;
    const wire = Wire.established(SACK).write(1000).drain();
    expect(fields(wire, ...names)).toEqual([0, 0, 0]);
    wire.advance(300).drain().advance(600).drain();
    expect(fields(wire, ...names)).toEqual([2, 1, 600]);
    wire.advance(50).send('. 1:1(0) ack 1001').advance(1000);
    expect(fields(wire, ...names)).toEqual([2, 1, 650]);
    wire.write(1000).drain();
    const turn = patience('there is no timeout');
    for (; wire.connection.sender.recovery.timeouts === 0; turn()) wire.advance(1);
    wire.drain().advance(10).send('. 1:1(0) ack 2001');
    expect(fields(wire, ...names)).toEqual([3, 2, 660]);
  });
});

describe('what TCP_INFO tells of what a sender waited for (Linux tcp_chrono), in microseconds', () => {
  const NAMES = ['tcpi_busy_time', 'tcpi_rwnd_limited', 'tcpi_sndbuf_limited'] as const;

  it('is busy from writing until the acknowledgment', () => {
    const wire = Wire.established().advance(500).write(1000).drain().advance(40);
    expect(fields(wire, ...NAMES)).toEqual([40_000, 0, 0]);
    wire.advance(60).send('. 1:1(0) ack 1001').drain().advance(500);
    expect(fields(wire, ...NAMES)).toEqual([100_000, 0, 0]);
  });

  it("counts the time that the peer's window is too small", () => {
    const wire = Wire.established({ peer: 'win 1000 <mss 1000>' }).write(1000).drain().advance(50);
    wire.send('. 1:1(0) ack 1001 win 0').write(500).drain().advance(70);
    expect(fields(wire, ...NAMES)).toEqual([120_000, 70_000, 0]);
    wire.send('. 1:1(0) ack 1001 win 1000').drain().advance(30);
    expect(fields(wire, ...NAMES)).toEqual([150_000, 70_000, 0]);
  });

  it('counts the time that all which the send buffer holds is on its way, and the program has more', () => {
    const wire = Wire.established({ profile: { initialWindow: 100 } });
    wire.connection.changeSettings({ sendBuffer: 4096 });
    wire.connection.send(new Uint8Array(100_000));
    wire.pull().drain().advance(80);
    expect(fields(wire, ...NAMES)).toEqual([80_000, 0, 80_000]);
    wire
      .send(`. 1:1(0) ack ${1 + wire.connection.sender.textInFlight}`)
      .drain()
      .advance(80);
    expect(fields(wire, ...NAMES)).toEqual([80_000, 0, 80_000]);
  });

  it('counts no time that cwnd is too small', () => {
    const wire = Wire.established().write(20_000).drain().advance(80);
    expect(fields(wire, ...NAMES)).toEqual([80_000, 0, 0]);
  });
});

describe('what TCP_INFO tells of the receive window', () => {
  it('is what the peer was told last, and what it may grow to', () => {
    const wire = Wire.established();
    const { tcpi_rcv_wnd, tcpi_rcv_ssthresh } = infoOf(wire);
    expect([tcpi_rcv_wnd, tcpi_rcv_ssthresh]).toEqual([65_000, 65_000]);
    wire.connection.receiver.window.fix(20_000);
    wire.send('. 1:1001(1000) ack 1').advance(200);
    expect(wire.sent.map(({ window }) => window)).toEqual([64_000]);
    expect(fields(wire, 'tcpi_rcv_wnd', 'tcpi_rcv_ssthresh')).toEqual([64_000, 10_000]);
  });
});

it('octets acknowledged and received count SYN and FIN as on Linux, and when text was sent tells of no FIN', () => {
  const octets = ({ connection, now }: Wire): readonly number[] => {
    const { tcpi_bytes_acked, tcpi_bytes_received, tcpi_last_data_sent } = tcpInfo(connection, now);
    return [tcpi_bytes_acked, tcpi_bytes_received, tcpi_last_data_sent];
  };
  const wire = Wire.established();
  expect(octets(wire).slice(0, 2)).toEqual([1, 0]);
  wire.write(1000).drain().send('. 1:1(0) ack 1001').advance(2000).close().drain().send('F. 1:1(0) ack 1002');
  expect(octets(wire)).toEqual([1002, 1, 2000]);
});
