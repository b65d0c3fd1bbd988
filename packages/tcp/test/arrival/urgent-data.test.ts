import { describe, expect, it } from 'vitest';
import { ConnectionEvent, isAtMark, readUrgentOctet, urgentOctetsAhead } from '../../src/index.ts';
import { octetAt } from '../segment-text.ts';
import { Wire } from '../wire.ts';

/** What has been sent, as flags and range, with the urgent pointer of each. */
function pointers(wire: Wire): (readonly [from: number, octets: number, pointer: number])[] {
  const una = wire.connection.sender.iss + 1;
  return wire.sent.map(({ seq, payload, flags, urgentPointer }) => [
    (seq - una + 1) | 0,
    payload.length,
    (flags & 0x20) === 0 ? -1 : urgentPointer,
  ]);
}

describe('sending urgent data', () => {
  it('points to the octet behind it (MUST-62), and ends with it', () => {
    const wire = Wire.established().write(3).expect('P. 1:4(3) ack 1');
    wire.write(1, 'urgent');
    expect(pointers(wire)).toEqual([[4, 1, 1]]);
    wire.drain().send('. 1:1(0) ack 5').write(3).expect('P. 5:8(3) ack 1').expectNothing();
  });

  it('points from each segment before its end (MUST-31)', () => {
    const wire = Wire.established().write(5001, 'urgent');
    expect(pointers(wire)).toEqual([
      [1, 1000, 5001],
      [1001, 1000, 4001],
      [2001, 1000, 3001],
      [3001, 1000, 2001],
      [4001, 1000, 1001],
      [5001, 1, 1],
    ]);
  });

  it('cuts segments itself on a path that would cut them, as each has a pointer of its own', () => {
    const wire = Wire.established({ segmentOctets: 64_000 }).write(2001, 'urgent');
    expect(pointers(wire).map(([, octets]) => octets)).toEqual([1000, 1000, 1]);
    wire.drain().send('. 1:1(0) ack 2002').write(3000).expect('P. 2002:5002(3000) ack 1');
  });

  it('points as far as 16 bits do while the end is farther (MUST-31)', () => {
    const wire = Wire.established({ profile: { initialWindow: 60 } }).write(100_000, 'urgent');
    const first = pointers(wire)[0];
    expect(first).toEqual([1, 1000, 65_535]);
    for (let acked = 1; acked < 100_001; acked = Math.min(acked + 10_000, 100_001)) {
      wire.send(`. 1:1(0) ack ${acked}`);
    }
    const all = pointers(wire);
    expect(all.reduce((sum, [, octets]) => sum + octets, 0)).toBe(100_000);
    for (const [from, , pointer] of all) expect(pointer).toBe(Math.min(100_001 - from, 65_535));
  });

  it('moves the end on with each urgent octet, also for what is sent again', () => {
    const wire = Wire.established().write(1, 'urgent');
    expect(pointers(wire)).toEqual([[1, 1, 1]]);
    wire.write(1, 'urgent');
    expect(pointers(wire).at(-1)).toEqual([2, 1, 1]);
    wire.drain().advance(350);
    expect(pointers(wire)).toEqual([[1, 2, 2]]);
  });

  it('does not wait for acknowledgments as small segments do', () => {
    const wire = Wire.established().write(3).expect('P. 1:4(3) ack 1').write(3).expectNothing();
    wire.write(1, 'urgent').expect('PU. 4:8(4) ack 1 urg 4');
  });

  it('says so in acknowledgments while it waits for cwnd', () => {
    const wire = Wire.established({ profile: { initialWindow: 1 } });
    wire.write(2001, 'urgent').expect('U. 1:1001(1000) ack 1 urg 2001').send('P. 1:11(10) ack 1');
    wire.advance(40).expect('U. 1001:1001(0) ack 11 urg 1001');
  });

  it('says so with each probe of a closed window (Linux tcp_write_wakeup)', () => {
    const wire = Wire.established({ peer: 'win 3 <mss 1000>' }).write(3).expect('P. 1:4(3) ack 1');
    wire.send('. 1:1(0) ack 4 win 0').write(10).write(1, 'urgent').expectNothing();
    wire.advance(300).expect('U. 4:4(0) ack 1 urg 11').expect('U. 3:3(0) ack 1 urg 12').expectNothing();
    wire.advance(600).expect('U. 4:4(0) ack 1 urg 11').expect('U. 3:3(0) ack 1 urg 12');
  });

  it('is over when its end is acknowledged, however much follows', () => {
    const wire = Wire.established().write(1, 'urgent').drain().send('. 1:1(0) ack 2');
    for (let at = 2; at < 200_000; at += 1000) {
      wire
        .write(1000)
        .expect(`P. ${at}:${at + 1000}(1000) ack 1`)
        .send(`. 1:1(0) ack ${at + 1000}`);
    }
  });
});

describe('an urgent pointer that arrives', () => {
  it('is told before its octet has come (MUST-32), and the octet when it comes', () => {
    const wire = Wire.established().send('.U 1:1(0) ack 1 urg 5');
    expect(wire.events & (ConnectionEvent.Urgent | ConnectionEvent.Readable)).toBe(ConnectionEvent.Urgent);
    expect(urgentOctetsAhead(wire.connection)).toBe(5);
    expect(readUrgentOctet(wire.connection, false)).toBe('EAGAIN');
    wire.events = 0;
    wire.send('.U 1:6(5) ack 1 urg 5');
    expect(wire.events & ConnectionEvent.Urgent).toBe(ConnectionEvent.Urgent);
    expect(readUrgentOctet(wire.connection, false)).toBe(octetAt(5));
  });

  it('is told again whenever it moves on, and not when it does not (MUST-32)', () => {
    const wire = Wire.established().send('P.U 1:2(1) ack 1 urg 5');
    wire.events = 0;
    wire.send('P.U 2:3(1) ack 1 urg 4').send('P.U 3:4(1) ack 1 urg 2');
    expect(wire.events & ConnectionEvent.Urgent).toBe(0);
    wire.send('P.U 4:5(1) ack 1 urg 3');
    expect(wire.events & ConnectionEvent.Urgent).toBe(ConnectionEvent.Urgent);
    expect(urgentOctetsAhead(wire.connection)).toBe(6);
  });

  it('says how much urgent data is ahead, and that it is over (MUST-33)', () => {
    const wire = Wire.established().send('P.U 1:1001(1000) ack 1 urg 600');
    const seen = [urgentOctetsAhead(wire.connection)];
    for (const max of [100, 1000]) {
      wire.read(max);
      seen.push(urgentOctetsAhead(wire.connection));
    }
    expect(isAtMark(wire.connection)).toBe(true);
    wire.connection.read(10, wire.now);
    seen.push(urgentOctetsAhead(wire.connection));
    expect(seen).toEqual([600, 500, 1, 0]);
  });

  it('is processed with a closed window (MUST-66)', () => {
    const wire = Wire.established({ receiveBuffer: 4000 });
    let at = 1;
    for (let room = wire.connection.receiver.remainingWindow; room > 0; at += room) {
      room = Math.min(1000, wire.connection.receiver.remainingWindow);
      if (room > 0) wire.send(`P. ${at}:${at + room}(${room}) ack 1`).advance(300);
    }
    expect(wire.connection.receiver.remainingWindow).toBe(0);
    wire.events = 0;
    wire.send(`.U ${at}:${at}(0) ack 1 urg 10`);
    expect(wire.events & ConnectionEvent.Urgent).toBe(ConnectionEvent.Urgent);
    expect(urgentOctetsAhead(wire.connection)).toBe(at - 1 + 10);
  });

  it('reaches over text that was not announced as urgent before, of any length (MUST-31)', () => {
    const wire = Wire.established();
    let read = 0;
    for (let at = 1; at < 200_001; at += 1000) {
      wire.send(`.U ${at}:${at + 1000}(1000) ack 1 urg 65535`);
      expect(urgentOctetsAhead(wire.connection)).toBe(65_535);
      read += wire.read();
    }
    expect(read).toBe(200_000);
  });

  it('finds its octet behind a hole as well', () => {
    const wire = Wire.established().send('P.U 11:21(10) ack 1 urg 5');
    expect(readUrgentOctet(wire.connection, false)).toBe(octetAt(15));
    wire.send('P. 1:11(10) ack 1');
    expect(wire.read(100)).toBe(14);
  });

  it('that is old changes nothing', () => {
    const wire = Wire.established().send('P. 1:11(10) ack 1').send('.U 5:5(0) ack 1 urg 3');
    expect(wire.connection.urgent).toBe(null);
  });

  it('comes with the SYN+ACK that opens the connection', () => {
    const wire = Wire.synSent().send('S.U 0:3(3) ack 1 urg 3');
    expect(urgentOctetsAhead(wire.connection)).toBe(2);
  });

  it.each(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK'] as const)('is ignored in %s', (state) => {
    const wire = Wire.in(state);
    wire.send(`.U 2:2(0) ack 1 urg 3`);
    expect(wire.connection.urgent).toBe(null);
  });
});

describe('a connection that never had urgent data', () => {
  it('keeps nothing for it', () => {
    const wire = Wire.established().write(10).send('P. 1:11(10) ack 11');
    wire.read();
    expect(wire.connection.urgent).toBe(null);
  });
});
