import { describe, expect, it } from 'vitest';
import { SHUT_RD, SHUT_WR, TcpSocket } from '../src/index.ts';
import { accepted, named, read, TwoHosts, write } from './two-hosts.ts';

/** docs/linux/closing.md, section 1, row LISTEN. */
describe('a listener', () => {
  it('j01: resets what nobody accepted when it is closed', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = hosts.connecting();
    hosts.settle();
    hosts.sent();
    listener.close();
    hosts.settle();
    expect([hosts.sent(), read(socket), hosts.states()]).toEqual([['b R.'], 'ECONNRESET', ['none', 'none']]);
  });

  it('j03: resets what nobody accepted in CLOSE-WAIT as well', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = hosts.connecting();
    hosts.settle();
    socket.shutdown(SHUT_WR);
    hosts.settle();
    hosts.sent();
    listener.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states()]).toEqual([['b R.'], ['none', 'none']]);
  });

  it('j04, j04b: forgets half-open connections silently, and answers their ACK with a RST', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    hosts.connecting();
    hosts.settle(15);
    expect(hosts.states()[1]).toBe('SYN-RECEIVED');
    hosts.sent();
    listener.close();
    hosts.settle();
    expect([hosts.sent(), hosts.states()]).toEqual([
      ['a .', 'b R'],
      ['none', 'none'],
    ]);
  });

  it('j05: shutdown(SHUT_RD) ends listening; listen() starts it again', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = hosts.connecting();
    hosts.settle();
    expect([listener.shutdown(SHUT_RD), named(Number(listener.accept()))]).toEqual([0, 'EINVAL']);
    hosts.settle();
    expect([read(socket), named(listener.listen(5))]).toEqual(['ECONNRESET', 0]);
    hosts.connecting();
    hosts.settle();
    expect(accepted(listener)).toBeInstanceOf(TcpSocket);
  });

  it('j06: shutdown(SHUT_WR) has no effect', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    expect(listener.shutdown(SHUT_WR)).toBe(0);
    expect(hosts.connected(listener).b).toBeInstanceOf(TcpSocket);
  });

  it('j08: says nothing for a connection that was reset before', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const socket = hosts.connecting();
    hosts.settle();
    socket.reset();
    hosts.settle();
    hosts.sent();
    listener.close();
    hosts.settle();
    expect(hosts.sent()).toEqual([]);
  });

  it('j09: leaves accepted connections alone when it is closed', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(a, 10);
    hosts.settle();
    expect([read(b), hosts.states()]).toEqual([10, ['ESTABLISHED', 'ESTABLISHED']]);
  });
});
