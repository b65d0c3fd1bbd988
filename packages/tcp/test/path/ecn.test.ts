import { describe, expect, it } from 'vitest';
import { Wire, type WireOptions } from '../wire.ts';

const SACK: WireOptions = { peer: 'win 65535 <mss 1000,sackOK>', profile: { sack: true, ecn: 1 } };

/** A connection that has negotiated ECN, by an active open. */
function established(options: WireOptions = SACK): Wire {
  const wire = new Wire(options);
  wire.connection.connect(wire.now);
  wire.drain().advance(100).send(`SE. 0:0(0) ack 1 ${options.peer}`);
  return wire.drain();
}

describe('the negotiation of ECN (RFC 3168, 6.1.1)', () => {
  it('asks with ECE and CWR if net.ipv4.tcp_ecn is 1', () => {
    const wire = new Wire(SACK);
    wire.connection.connect(wire.now);
    wire.pull().expect('[noecn] SEW 0:0(0)');
  });

  it.each([0, 2] as const)('does not ask if it is %i', (ecn) => {
    const wire = new Wire({ profile: { ecn } });
    wire.connection.connect(wire.now);
    wire.pull().expect('S 0:0(0)');
  });

  it.each([
    [0, 'S. 0:0(0) ack 1'],
    [1, 'SE. 0:0(0) ack 1'],
    [2, 'SE. 0:0(0) ack 1'],
  ] as const)('is answered with %i by %s', (ecn, answer) => {
    const wire = new Wire({ profile: { ecn } });
    wire.connection.accept(wire.peerSegment('SEW 0:0(0) win 65535 <mss 1000>'), wire.now);
    wire.pull().expect(`[noecn] ${answer}`);
    expect(wire.connection.ecn !== null).toBe(ecn !== 0);
  });

  it.each(['S 0:0(0) win 65535', 'SE 0:0(0) win 65535', 'SW 0:0(0) win 65535', '[ce] SEW 0:0(0) win 65535'])(
    'is not what %s asks for',
    (syn) => {
      const wire = new Wire({ profile: { ecn: 1 } });
      wire.connection.accept(wire.peerSegment(syn), wire.now);
      wire.pull().expect('S. 0:0(0) ack 1');
    },
  );

  it.each(['S. 0:0(0) ack 1', 'SEW. 0:0(0) ack 1'])('has failed when the answer is %s', (answer) => {
    const wire = new Wire(SACK);
    wire.connection.connect(wire.now);
    wire.drain().send(`${answer} win 65535 <mss 1000>`);
    expect(wire.connection.ecn).toBeNull();
  });

  it('asks no more when the SYN is sent again (6.1.1.1)', () => {
    const wire = new Wire(SACK);
    wire.connection.connect(wire.now);
    wire.drain().advance(1000).expect('S 0:0(0)');
  });

  it('asks on with net.ipv4.tcp_ecn_fallback=0', () => {
    const wire = new Wire({ profile: { ecn: 1, ecnFallback: false } });
    wire.connection.connect(wire.now);
    wire.drain().advance(1000).expect('SEW 0:0(0)');
  });
});

describe('a sender with ECN (RFC 3168, 6.1.2)', () => {
  it('marks new text as ECT(0), and neither acknowledgments nor what is sent again (6.1.4, 6.1.5)', () => {
    const wire = established().write(100).expect('[ect0] P. 1:101(100) ack 1').advance(300);
    wire.expect('[noecn] P. 1:101(100) ack 1').drain().send('. 1:1(0) ack 101');
    wire.send('P. 1:101(100) ack 101').advance(500).expect('[noecn] . 101:101(0) ack 101');
  });

  it('reduces cwnd when the peer echoes, tells of it with CWR, once, and sends nothing again', () => {
    const wire = established().write(30_000).drain();
    for (let at = 1001; at <= 4001; at += 1000) wire.send(`E. 1:1(0) ack ${at}`);
    const { sender } = wire.connection;
    expect([sender.ssthresh, sender.recovery.state, sender.retransmissions]).toEqual([5, 'cwr', 0]);
    const said = wire.sent.map(({ flags }) => (flags & 0x80) !== 0);
    expect([said[0], said.filter(Boolean).length]).toEqual([true, 1]);
  });

  it('reduces once in a round trip, and again in the next', () => {
    const wire = established().write(40_000).drain();
    for (let at = 1001; at <= 10_001; at += 1000) wire.send(`E. 1:1(0) ack ${at}`);
    const once = wire.connection.sender.ssthresh;
    const end = 1 + 1000 * Math.floor((wire.connection.sender.textAcknowledged + 8000) / 1000);
    for (let at = 11_001; at <= end; at += 1000) wire.send(`E. 1:1(0) ack ${at}`);
    expect([once, wire.connection.sender.ssthresh]).toEqual([5, 2]);
  });

  it('comes back to open when what followed CWR is acknowledged', () => {
    const wire = established().write(30_000).drain().send('E. 1:1(0) ack 1001');
    for (let at = 2001; at <= 12_001; at += 1000) wire.send(`. 1:1(0) ack ${at}`);
    const { sender } = wire.connection;
    expect([sender.recovery.state, sender.cwnd >= 5]).toEqual(['open', true]);
  });

  it('does not take the reduction back, whatever D-SACK says', () => {
    const wire = established().write(5000).drain().send('E. 1:1(0) ack 5001');
    wire.send('. 1:1(0) ack 5001 <sack 1:1001>');
    expect([wire.connection.sender.ssthresh, wire.connection.sender.recovery.undone]).toEqual([5, 0]);
  });

  it('ignores an echo without negotiation', () => {
    const wire = Wire.established().write(5000).drain().send('E. 1:1(0) ack 1001');
    expect(wire.connection.sender.recovery.state).toBe('open');
  });
});

describe('a receiver with ECN (RFC 3168, 6.1.3)', () => {
  it('echoes CE in each acknowledgment until CWR comes', () => {
    const wire = established().send('[ce] P. 1:1001(1000) ack 1').advance(200);
    wire.expect('E. 1:1(0) ack 1001').send('[ect0] P. 1001:2001(1000) ack 1').advance(200);
    wire.expect('E. 1:1(0) ack 2001').send('[ect0] PW. 2001:3001(1000) ack 1').advance(200);
    wire.expect('. 1:1(0) ack 3001').expectNothing();
  });

  it('echoes anew when the segment with CWR has CE as well', () => {
    const wire = established().send('[ce] P. 1:1001(1000) ack 1').advance(200).drain();
    wire.send('[ce] PW. 1001:2001(1000) ack 1').advance(200).expect('E. 1:1(0) ack 2001');
  });

  it('acknowledges a segment with CE at once', () => {
    const wire = established();
    wire.write(1).drain().send('P. 1:2(1) ack 2').write(1).drain();
    wire.send('[ce] P. 2:3(1) ack 3').expect('E. 3:3(0) ack 3');
  });

  it('echoes nothing without negotiation', () => {
    Wire.established().send('[ce] P. 1:1001(1000) ack 1').advance(200).expect('. 1:1(0) ack 1001');
  });
});
