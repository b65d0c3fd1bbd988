import { describe, expect, it } from 'vitest';
import { Wire, type WireOptions } from '../wire.ts';

const orphanInFinWait1 = (options?: WireOptions) => Wire.established(options).close().drain();
const orphanInFinWait2 = (options?: WireOptions) => orphanInFinWait1(options).send('. 1:1(0) ack 2').drain();

describe('an orphan in FIN-WAIT-1', () => {
  it.each([
    ['b01', 'P. 1:101(100) ack 1', 'R 1:1(0)'],
    ['b02', 'P. 1:101(100) ack 2', 'R 2:2(0)'],
    ['b05', 'FP. 1:101(100) ack 1', 'R 1:1(0)'],
  ])('%s: answers %s with a RST and is gone', (_row, line, reset) => {
    const wire = orphanInFinWait1().send(line).expect(reset).expectNothing().expectState('CLOSED');
    expect(wire.connection.marks.at(-1)?.reason).toBe('data after close');
  });

  it('b07: acknowledges text that was read before the close', () => {
    const wire = Wire.established().send('P. 1:101(100) ack 1');
    wire.read();
    wire.close().drain().send('P. 1:101(100) ack 1').expect('. 2:2(0) ack 101').expectState('FIN-WAIT-1');
  });

  it('i07: gives up silently after eight doublings of 200 ms, about 102 s', () => {
    const wire = orphanInFinWait1().advance(95_000).expectState('FIN-WAIT-1').drain();
    wire.advance(60_000).expectState('CLOSED');
    expect(wire.sent.filter((segment) => (segment.flags & 4) !== 0)).toEqual([]);
  });

  it('W22: stays while the peer answers its probes of a closed window, until they are 120 s apart', () => {
    const wire = Wire.established({ peer: 'win 1000 <mss 1000>' }).write(3000).drain();
    wire.send('. 1:1(0) ack 1001 win 0').close();
    let last = wire.now;
    for (let seconds = 0; wire.connection.state !== 'CLOSED' && seconds < 3600; seconds++) {
      const before = wire.sent.length;
      wire.advance(1000);
      if (wire.sent.length === before) continue;
      last = wire.now;
      wire.drain().send('. 1:1(0) ack 1001 win 0');
    }
    const lived = (wire.now - last) / 1000;
    expect([wire.connection.state, wire.connection.history.at(-1)?.why, lived > 100 && lived < 125]).toEqual([
      'CLOSED',
      'retransmissions exhausted',
      true,
    ]);
  });

  it('i06: gives up silently when a closed window stays closed', () => {
    const options = { peer: 'win 0 <mss 1000>', profile: { orphanRetries: 2 } };
    const wire = Wire.established(options).write(100).close().expectNothing();
    wire.advance(300).expect('. 0:0(0) ack 1').advance(600).expect('. 0:0(0) ack 1');
    wire.advance(1200).expectNothing().expectState('CLOSED');
  });
});

describe('an orphan in FIN-WAIT-2', () => {
  it.each([
    ['b03', 'P. 1:101(100) ack 2'],
    ['b04', 'FP. 1:101(100) ack 2'],
    ['b08', 'P. 101:201(100) ack 2'],
  ])('%s: answers %s with a RST and is gone', (_row, line) => {
    orphanInFinWait2().send(line).expect('R 2:2(0)').expectNothing().expectState('CLOSED');
  });

  it('c11: is gone silently after 60 s', () => {
    const wire = orphanInFinWait2().advance(59_999).expectState('FIN-WAIT-2');
    wire.advance(1).expectNothing().expectState('CLOSED');
  });

  it('c10: does not start again on a pure ACK', () => {
    const wire = orphanInFinWait2().advance(30_000).send('. 1:1(0) ack 2').expectNothing();
    wire.advance(30_000).expectState('CLOSED');
  });

  it('c03: counts from the close if that came after the acknowledgment', () => {
    const wire = Wire.finWait2().advance(30_000).close().advance(59_999).expectState('FIN-WAIT-2');
    wire.advance(1).expectState('CLOSED');
  });

  it('c04: stays as long as TCP_LINGER2 says', () => {
    const wire = Wire.established();
    wire.connection.changeSettings({ linger2: 5000 });
    wire.close().send('. 1:1(0) ack 2').drain().advance(4999).expectState('FIN-WAIT-2');
    wire.advance(1).expectState('CLOSED');
  });

  it('c07: stays at most 120 s whatever TCP_LINGER2 says', () => {
    const wire = Wire.established();
    wire.connection.changeSettings({ linger2: 500_000 });
    wire.close().send('. 1:1(0) ack 2').drain().advance(119_999).expectState('FIN-WAIT-2');
    wire.advance(1).expectState('CLOSED');
  });

  it('c05: with TCP_LINGER2 below 0 answers the ACK of the FIN with a RST', () => {
    const wire = Wire.established();
    wire.connection.changeSettings({ linger2: -1 });
    wire.close().drain().send('. 1:1(0) ack 2').expect('R 2:2(0)').expectState('CLOSED');
  });

  it('c06: with TCP_LINGER2 below 0 sends a RST when it is closed', () => {
    const wire = Wire.finWait2();
    wire.connection.changeSettings({ linger2: -1 });
    wire.close().expect('R. 2:2(0) ack 1').expectState('CLOSED');
  });

  it('b10: acknowledges text beyond the window', () => {
    orphanInFinWait2().send('P. 70001:70101(100) ack 2').expect('. 2:2(0) ack 1').expectState('FIN-WAIT-2');
  });

  it('c14, k13: is gone silently with a RST anywhere in the window', () => {
    orphanInFinWait2().send('R 1000:1000(0)').expectNothing().expectState('CLOSED');
  });

  it('ignores a RST outside of the window', () => {
    orphanInFinWait2().send('R 70001:70001(0)').expectNothing().expectState('FIN-WAIT-2');
  });

  it('goes to TIME-WAIT with the FIN', () => {
    orphanInFinWait2().send('F. 1:1(0) ack 2').expect('. 2:2(0) ack 2').expectState('TIME-WAIT');
  });

  it('answers a SYN at or after RCV.NXT with a RST and is gone', () => {
    orphanInFinWait2().send('S 1:1(0)').expect('R. -2147483632:-2147483632(0) ack 2').expectState('CLOSED');
  });

  it('acknowledges a SYN before RCV.NXT', () => {
    orphanInFinWait2().send('S 0:0(0)').expect('. 2:2(0) ack 1').expectState('FIN-WAIT-2');
  });
});
