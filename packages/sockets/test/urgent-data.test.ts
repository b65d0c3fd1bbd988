import { ConnectionEvent } from '@halfclose/stack';
import { describe, expect, it } from 'vitest';
import { MSG_OOB, MSG_PEEK, SHUT_RD, SHUT_WR, TcpSocket } from '../src/index.ts';
import { type Connected, named, pendingError, poll, TwoHosts } from './two-hosts.ts';

const OCTETS = new TextEncoder();
const TEXT = new TextDecoder();

/** What recv() with these flags says: text, '' for the end, or the name of an error. */
function recv(socket: TcpSocket, flags = 0, octets = 100): string {
  const target = new Uint8Array(octets);
  const result = socket.recv(target, flags);
  return result < 0 ? String(named(result)) : TEXT.decode(target.subarray(0, result));
}

const oob = (socket: TcpSocket): string => recv(socket, MSG_OOB, 1);

/** poll(), SIOCATMARK and SIOCINQ. */
const seen = (socket: TcpSocket): string => `${poll(socket)} | ${socket.atMark} ${socket.readable}`;

/** Sends each text in turn, with time to arrive: `!` before it makes it urgent. */
function send({ a }: Connected, net: TwoHosts, ...texts: string[]): void {
  for (const text of texts) {
    const urgent = text.startsWith('!');
    a.send(OCTETS.encode(urgent ? text.slice(1) : text), urgent ? MSG_OOB : 0);
    net.settle();
  }
}

function connected(...texts: string[]): Connected & { net: TwoHosts } {
  const net = new TwoHosts();
  const both = net.connected();
  both.a.setsockopt('TCP_NODELAY', 1);
  send(both, net, ...texts);
  return { ...both, net };
}

// What each call says was measured on Linux 6.18, over its loopback, call by call.
describe('urgent data', () => {
  it('without any, there is nothing to take', () => {
    const { b } = connected();
    expect([seen(b), oob(b)]).toEqual(['OUT | 0 0', 'EINVAL']);
  });

  it('stops a read at the mark, is had out of band, and is left out of the text', () => {
    const { b } = connected('abc', '!!', 'def');
    expect([seen(b), recv(b), seen(b)]).toEqual(['IN PRI OUT | 0 3', 'abc', 'IN PRI OUT | 1 0']);
    expect([recv(b, MSG_OOB | MSG_PEEK), oob(b), seen(b)]).toEqual(['!', '!', 'IN OUT | 1 0']);
    expect([oob(b), seen(b), recv(b), seen(b)]).toEqual(['EINVAL', 'IN OUT | 1 0', 'def', 'OUT | 0 0']);
    expect(oob(b)).toBe('EINVAL');
  });

  it('alone is nothing to read, and lost to who reads nevertheless', () => {
    const { b } = connected('!!');
    expect([seen(b), recv(b), seen(b)]).toEqual(['PRI OUT | 1 0', 'EAGAIN', 'OUT | 0 0']);
    expect([oob(b), seen(b)]).toEqual(['EINVAL', 'OUT | 0 0']);
  });

  it('alone, taken first, leaves the mark until a read passes it', () => {
    const { b } = connected('!!');
    expect([seen(b), oob(b), seen(b)]).toEqual(['PRI OUT | 1 0', '!', 'OUT | 1 0']);
    expect([recv(b), seen(b), oob(b)]).toEqual(['EAGAIN', 'OUT | 0 0', 'EINVAL']);
  });

  it('stays in the text with SO_OOBINLINE, where a read still stops at the mark', () => {
    const { b, net, a } = connected();
    expect(b.setsockopt('SO_OOBINLINE', 1)).toBe(0);
    send({ a, b }, net, 'ab', '!!', 'de');
    expect([seen(b), oob(b), recv(b)]).toEqual(['IN PRI OUT | 0 5', 'EINVAL', 'ab']);
    expect([seen(b), recv(b), seen(b)]).toEqual(['IN PRI OUT | 1 3', '!de', 'OUT | 0 0']);
  });

  it('of several octets is marked at its last', () => {
    const { b } = connected('xy', '!ABC', 'z');
    expect([seen(b), recv(b), seen(b)]).toEqual(['IN PRI OUT | 0 4', 'xyAB', 'IN PRI OUT | 1 0']);
    expect([recv(b, MSG_OOB, 10), recv(b), seen(b)]).toEqual(['C', 'z', 'OUT | 0 0']);
  });

  it('that comes again before the first was read moves the mark, and the first is text', () => {
    const { b } = connected('x', '!!', 'y', '!?', 'z');
    expect([seen(b), recv(b), seen(b)]).toEqual(['IN PRI OUT | 0 3', 'x!y', 'IN PRI OUT | 1 0']);
    expect([oob(b), recv(b), seen(b)]).toEqual(['?', 'z', 'OUT | 0 0']);
  });

  it.each([true, false])('that comes again at the mark drops the first octet there (taken: %s)', (taken) => {
    const { a, b, net } = connected('x', '!!');
    expect(recv(b)).toBe('x');
    if (taken) expect(oob(b)).toBe('!');
    expect(seen(b)).toBe(taken ? 'OUT | 1 0' : 'PRI OUT | 1 0');
    send({ a, b }, net, '!?');
    expect([seen(b), recv(b), seen(b)]).toEqual(['PRI OUT | 1 0', 'EAGAIN', 'OUT | 0 0']);
    expect([oob(b), recv(b), seen(b)]).toEqual(['EINVAL', 'EAGAIN', 'OUT | 0 0']);
  });

  it('that comes later, beyond text, drops the octet at the old mark', () => {
    const { a, b, net } = connected('x', '!!');
    expect([recv(b), seen(b)]).toEqual(['x', 'PRI OUT | 1 0']);
    send({ a, b }, net, 'ab?cd', '!?');
    // The text came first: at the old mark, before the pointer moved.
    expect([seen(b), recv(b), seen(b)]).toEqual(['IN PRI OUT | 0 5', 'ab?cd', 'PRI OUT | 1 0']);
    expect([oob(b), recv(b), seen(b)]).toEqual(['?', 'EAGAIN', 'OUT | 0 0']);
  });

  it('before a FIN is passed by the read that finds the end', () => {
    const { a, b, net } = connected('x', '!!');
    a.shutdown(SHUT_WR);
    net.settle();
    expect([seen(b), recv(b), seen(b)]).toEqual(['IN PRI OUT RDHUP | 0 1', 'x', 'IN PRI OUT RDHUP | 1 0']);
    expect([recv(b), seen(b), oob(b), recv(b)]).toEqual(['', 'IN OUT RDHUP | 0 0', 'EINVAL', '']);
  });

  it('is not passed by a peek', () => {
    const { b } = connected('ab', '!!', 'cd');
    expect([recv(b, MSG_PEEK), recv(b, MSG_PEEK, 1), recv(b)]).toEqual(['ab', 'a', 'ab']);
    expect([recv(b, MSG_PEEK), seen(b), recv(b)]).toEqual(['cd', 'IN PRI OUT | 1 0', 'cd']);
  });

  it('counts as unread while no read has passed it: close() resets', () => {
    const { a, b, net } = connected('!!');
    expect(oob(b)).toBe('!');
    b.close();
    net.settle();
    expect(recv(a)).toBe('ECONNRESET');
  });

  it('cannot be taken after a RST', () => {
    const { a, b, net } = connected('!!');
    a.reset();
    net.settle();
    expect([seen(b), oob(b)]).toEqual(['IN PRI OUT RDHUP ERR HUP | 1 0', 'ENOTCONN']);
    expect([recv(b), oob(b), seen(b)]).toEqual(['ECONNRESET', 'EINVAL', 'IN OUT RDHUP HUP | 0 0']);
  });

  it('can be taken after SHUT_RD', () => {
    const { a, b, net } = connected();
    b.shutdown(SHUT_RD);
    send({ a, b }, net, '!!');
    expect([seen(b), oob(b), oob(b), recv(b)]).toEqual(['IN PRI OUT RDHUP | 1 0', '!', 'EINVAL', '']);
  });

  it('goes back into the text when SO_OOBINLINE is set at the mark', () => {
    const { b } = connected('ab', '!!', 'cd');
    expect(recv(b)).toBe('ab');
    b.setsockopt('SO_OOBINLINE', 1);
    expect([seen(b), oob(b), recv(b), seen(b)]).toEqual(['IN PRI OUT | 1 3', 'EINVAL', '!cd', 'OUT | 0 0']);
    b.setsockopt('SO_OOBINLINE', 0);
    expect(oob(b)).toBe('EINVAL');
  });

  it('of no octets is none', () => {
    const { a, b, net } = connected();
    expect(a.send(new Uint8Array(0), MSG_OOB)).toBe(0);
    send({ a, b }, net, 'ab');
    expect([seen(b), recv(b)]).toEqual(['IN OUT | 0 2', 'ab']);
  });

  it('is read through views as through copies', () => {
    const { b } = connected('abc', '!!', 'def');
    const views = [b.read(100), b.read(100)].map((view) =>
      typeof view === 'number' ? view : TEXT.decode(view),
    );
    expect(views).toEqual(['abc', 'def']);
    expect(named(Number(b.read(100)))).toBe('EAGAIN');
  });

  it('that was announced and has not come is EAGAIN', () => {
    const { a, b, net } = connected();
    const from = b.connection;
    net.inject(b, {
      flags: 0x30,
      seq: from?.receiver.rcvNxt ?? 0,
      ack: from?.sender.sndNxt ?? 0,
      urgentPointer: 3,
    });
    expect([oob(b), seen(b), b.urgentAhead]).toEqual(['EAGAIN', 'OUT | 0 0', 3]);
    a.close();
    net.settle();
    expect(oob(b)).toBe('');
  });

  it('is nothing to a socket without a connection, or one that listens', () => {
    const net = new TwoHosts();
    const fresh = new TcpSocket(net.a);
    expect([oob(fresh), fresh.atMark, fresh.urgentAhead]).toEqual(['EINVAL', 0, 0]);
    expect(named(fresh.send(Uint8Array.of(1), MSG_OOB))).toBe('EPIPE');
    const listener = net.listener();
    expect([oob(listener), listener.atMark]).toEqual(['ENOTCONN', 0]);
    expect(pendingError(listener)).toBe('none');
    listener.close();
    expect(oob(listener)).toBe('EBADF');
  });

  it('is told to whoever waits, apart from other readiness (MUST-32)', () => {
    const { a, b, net } = connected();
    const told: number[] = [];
    b.owner = { onReadiness: (events) => told.push(events & ConnectionEvent.Urgent) };
    send({ a, b }, net, 'abc');
    expect(told).toEqual([0]);
    send({ a, b }, net, '!!');
    expect(told).toEqual([0, ConnectionEvent.Urgent]);
  });

  it('is sent by no call that does not ask for it (SHLD-13)', () => {
    const { a, net } = connected();
    net.sent();
    for (let i = 0; i < 10; i++) a.send(new Uint8Array(10));
    net.settle();
    expect(net.sent().filter((line) => line.includes('U'))).toEqual([]);
    a.send(new Uint8Array(10), MSG_OOB);
    net.settle();
    expect(net.sent()).toContain('a PU.(10)');
  });
});

describe('SO_OOBINLINE', () => {
  it('passes from a listener to what it accepts', () => {
    const net = new TwoHosts();
    const listener = net.listener();
    listener.setsockopt('SO_OOBINLINE', 1);
    expect(net.connected(listener).b.getsockopt('SO_OOBINLINE')).toBe(1);
  });
});
