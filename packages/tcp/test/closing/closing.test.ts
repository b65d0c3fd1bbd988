import { describe, expect, it } from 'vitest';
import { ConnectionEvent } from '../../src/index.ts';
import { Wire } from '../wire.ts';

describe('ESTABLISHED', () => {
  it('a03: sends a FIN when it is closed with nothing unread', () => {
    Wire.established().close().expect('F. 1:1(0) ack 1').expectNothing().expectState('FIN-WAIT-1');
  });

  it('a01: sends a RST when it is closed with one octet unread, and no TIME-WAIT follows', () => {
    const wire = Wire.established().send('P. 1:2(1) ack 1').drain();
    wire.close().expect('R. 1:1(0) ack 2').expectNothing().expectState('CLOSED');
  });

  it('a05: sends a FIN when all that is unread lies behind a hole', () => {
    const wire = Wire.established().send('P. 101:201(100) ack 1').drain();
    wire.close().expect('F. 1:1(0) ack 1').expectState('FIN-WAIT-1');
  });

  it('a13: unread text comes before linger 0', () => {
    const wire = Wire.established().send('P. 1:2(1) ack 1').drain().close(true);
    expect(wire.expect('R. 1:1(0) ack 2').connection.marks.at(-1)?.reason).toBe('unread data at close');
  });

  it('d01: sends a RST when it is closed with linger 0', () => {
    Wire.established().close(true).expect('R. 1:1(0) ack 1').expectNothing().expectState('CLOSED');
  });

  it('d03: sends that RST at SND.NXT, though more was written', () => {
    const wire = Wire.established({ peer: 'win 2000 <mss 1000>' }).write(3000);
    wire.expect('. 1:1001(1000) ack 1').expect('P. 1001:2001(1000) ack 1');
    wire.close(true).expect('R. 2001:2001(0) ack 1').expectNothing();
  });

  it('goes to CLOSE-WAIT when the FIN comes, and tells its owner', () => {
    const wire = Wire.established().send('F. 1:1(0) ack 1').expectState('CLOSE-WAIT');
    expect(wire.events & ConnectionEvent.PeerClosed).toBeTruthy();
  });

  it('g11: takes in a FIN that came early when the hole before it fills', () => {
    const wire = Wire.established()
      .send('F. 101:101(0) ack 1')
      .expect('. 1:1(0) ack 1')
      .expectState('ESTABLISHED');
    wire.send('P. 1:101(100) ack 1').expect('. 1:1(0) ack 102').expectState('CLOSE-WAIT');
  });

  it('aborts with a RST at SND.NXT', () => {
    Wire.established()
      .write(100)
      .drain()
      .abort()
      .expect('R. 101:101(0) ack 1')
      .expectNothing()
      .expectState('CLOSED');
  });

  it('keeps what can still be read when a RST comes, but nothing from behind a hole', () => {
    const wire = Wire.established().send('P. 1:2(1) ack 1').send('P. 101:201(100) ack 1').drain();
    const { receiver } = wire.send('R 2:2(0)').expectState('CLOSED').connection;
    expect({ readable: receiver.queue.length, outOfOrder: receiver.outOfOrder }).toEqual({
      readable: 1,
      outOfOrder: 0,
    });
  });
});

describe('the FIN', () => {
  it('follows all text', () => {
    const wire = Wire.established().write(1500).shutdown();
    wire.expect('. 1:1001(1000) ack 1').expect('P. 1001:1501(500) ack 1').expect('F. 1501:1501(0) ack 1');
  });

  it('n01: waits for the window to open', () => {
    const wire = Wire.established({ peer: 'win 0 <mss 1000>' }).shutdown().expectNothing();
    wire.send('. 1:1(0) ack 1 win 1').expect('F. 1:1(0) ack 1').expectNothing();
  });

  it('does not go with text that fills the window', () => {
    const wire = Wire.established().send('. 1:1(0) ack 1 win 0').write(1000).shutdown().expectNothing();
    wire.send('. 1:1(0) ack 1 win 1000').expect('P. 1:1001(1000) ack 1').expectNothing();
    wire.send('. 1:1(0) ack 1001 win 1000').expect('F. 1001:1001(0) ack 1');
  });

  it('is sent again when it is lost', () => {
    const wire = Wire.finWait1().advance(299).expectNothing().advance(1).expect('F. 1:1(0) ack 1');
    wire.advance(600).expect('F. 1:1(0) ack 1').expectState('FIN-WAIT-1');
  });

  it('f11: merges into the last segment that Nagle held back', () => {
    const wire = Wire.established().write(100).expect('P. 1:101(100) ack 1').write(50).expectNothing();
    wire.close().expect('FP. 101:151(50) ack 1').expectNothing();
  });
});

describe('FIN-WAIT-1', () => {
  it('goes to FIN-WAIT-2 when the FIN is acknowledged', () => {
    Wire.finWait1().send('. 1:1(0) ack 2').expectNothing().expectState('FIN-WAIT-2');
  });

  it('stays while only text is acknowledged', () => {
    const wire = Wire.established().write(100).drain().shutdown().drain();
    wire.send('. 1:1(0) ack 101').expectNothing().expectState('FIN-WAIT-1');
  });

  it('W16: stays while only text before the FIN is acknowledged', () => {
    const wire = Wire.established().write(10).expect('P. 1:11(10) ack 1').close().expect('F. 11:11(0) ack 1');
    wire.send('. 1:1(0) ack 6').expectState('FIN-WAIT-1');
    wire.send('. 1:1(0) ack 12').expectState('FIN-WAIT-2');
  });

  it('g01: goes to CLOSING when the FINs crossed, and acknowledges at once', () => {
    Wire.finWait1().send('F. 1:1(0) ack 1').expect('. 2:2(0) ack 2').expectNothing().expectState('CLOSING');
  });

  it('g02: goes to TIME-WAIT when one segment brings FIN and the ACK of ours', () => {
    Wire.finWait1().send('F. 1:1(0) ack 2').expect('. 2:2(0) ack 2').expectNothing().expectState('TIME-WAIT');
  });

  it('a08: sends a RST after its FIN when it is closed with text unread', () => {
    const wire = Wire.finWait1().send('P. 1:101(100) ack 1').drain();
    wire.close().expect('R. 2:2(0) ack 101').expectNothing().expectState('CLOSED');
  });

  it('d06: sends a RST when it is closed with linger 0', () => {
    Wire.finWait1().close(true).expect('R. 2:2(0) ack 1').expectNothing().expectState('CLOSED');
  });

  it('goes on when it is closed with nothing unread', () => {
    Wire.finWait1().close().expectNothing().expectState('FIN-WAIT-1');
  });
});

describe('FIN-WAIT-2', () => {
  it('h25: goes to TIME-WAIT when the FIN comes, and acknowledges it at once', () => {
    Wire.finWait2().send('F. 1:1(0) ack 2').expect('. 2:2(0) ack 2').expectNothing().expectState('TIME-WAIT');
  });

  it('c01: takes text without a limit of time while it is open', () => {
    const wire = Wire.finWait2().advance(3_600_000).send('P. 1:101(100) ack 2').expectState('FIN-WAIT-2');
    expect(wire.read()).toBe(100);
  });

  it('a09: sends a RST when it is closed with text unread', () => {
    const wire = Wire.finWait2().send('P. 1:101(100) ack 2').drain();
    wire.close().expect('R. 2:2(0) ack 101').expectState('CLOSED');
  });

  it('d07: sends a RST when it is closed with linger 0', () => {
    Wire.finWait2().close(true).expect('R. 2:2(0) ack 1').expectState('CLOSED');
  });

  it('g15: processes a FIN that carries an old acknowledgment', () => {
    Wire.finWait2().send('F. 1:1(0) ack 1').expect('. 2:2(0) ack 2').expectState('TIME-WAIT');
  });
});

describe('CLOSE-WAIT', () => {
  it('a07: sends its FIN when it is closed, and goes to LAST-ACK', () => {
    Wire.closeWait().close().expect('F. 1:1(0) ack 2').expectNothing().expectState('LAST-ACK');
  });

  it('n21: sends text for as long as it likes', () => {
    const wire = Wire.closeWait().write(100).expect('P. 1:101(100) ack 2').send('. 2:2(0) ack 101');
    wire.advance(3_600_000).write(50).expect('P. 101:151(50) ack 2').expectState('CLOSE-WAIT');
  });

  it('a06: sends a RST that acknowledges the FIN when it is closed with text unread', () => {
    const wire = Wire.established().send('FP. 1:101(100) ack 1').drain();
    wire.close().expect('R. 1:1(0) ack 102').expectNothing().expectState('CLOSED');
  });

  it('d05: sends a RST when it is closed with linger 0', () => {
    Wire.closeWait().close(true).expect('R. 1:1(0) ack 2').expectState('CLOSED');
  });

  it('g09: ignores text after the FIN silently', () => {
    const wire = Wire.closeWait().send('P. 2:102(100) ack 1').expectNothing().expectState('CLOSE-WAIT');
    expect(wire.read()).toBe(0);
  });

  it('acknowledges the FIN again when it comes again', () => {
    Wire.closeWait()
      .send('F. 1:1(0) ack 1')
      .expect('. 1:1(0) ack 2')
      .expectNothing()
      .expectState('CLOSE-WAIT');
  });
});

describe('CLOSING', () => {
  it('g01: goes to TIME-WAIT when its FIN is acknowledged', () => {
    Wire.closing().send('. 2:2(0) ack 2').expectNothing().expectState('TIME-WAIT');
  });

  it('g08: goes there as well when the ACK brings text beyond the FIN, which is ignored', () => {
    Wire.closing().send('P. 2:102(100) ack 2').expectNothing().expectState('TIME-WAIT');
  });

  it('g07: acknowledges the FIN again when it comes again', () => {
    Wire.closing().send('F. 1:1(0) ack 1').expect('. 2:2(0) ack 2').expectState('CLOSING');
  });

  it('sends its FIN again', () => {
    Wire.closing().advance(300).expect('F. 1:1(0) ack 2').expectState('CLOSING');
  });

  it('d10: vanishes without a segment when it is closed with linger 0', () => {
    Wire.closing().close(true).expectNothing().expectState('CLOSED');
  });
});

describe('LAST-ACK', () => {
  it('h21: is over when its FIN is acknowledged, without TIME-WAIT', () => {
    Wire.lastAck().send('. 2:2(0) ack 2').expectNothing().expectState('CLOSED');
  });

  it('n27: acknowledges the FIN again when it comes again; its own FIN waits for its timer', () => {
    const wire = Wire.lastAck().send('F. 1:1(0) ack 1').expect('. 2:2(0) ack 2').expectNothing();
    wire.advance(300).expect('F. 1:1(0) ack 2').expectState('LAST-ACK');
  });

  it('d08: vanishes without a segment when it is closed with linger 0', () => {
    Wire.lastAck().close(true).expectNothing().expectState('CLOSED');
  });

  it('d09: sends a RST when it is closed with linger 0 while text or the FIN is unsent', () => {
    const wire = Wire.closeWait().send('. 2:2(0) ack 1 win 100').write(100).drain().write(50).shutdown();
    wire.close(true).expect('R. 101:101(0) ack 2').expectState('CLOSED');
  });
});

describe('TIME-WAIT', () => {
  it('lets go of everything, and no timer of the connection runs', () => {
    const wire = Wire.timeWait();
    expect([wire.connection.deadline, wire.connection.sender.flight.head]).toEqual([Infinity, null]);
    expect(wire.events & ConnectionEvent.TimeWait).toBeTruthy();
  });

  it('still lets its owner read what came before', () => {
    const wire = Wire.finWait2().send('FP. 1:101(100) ack 2').expectState('TIME-WAIT');
    expect(wire.read()).toBe(100);
  });

  it('goes on when it is closed', () => {
    Wire.timeWait().close().expectNothing().expectState('TIME-WAIT');
  });
});
