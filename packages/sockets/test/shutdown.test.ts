import { describe, expect, it } from 'vitest';
import { AF_INET, SHUT_RD, SHUT_RDWR, SHUT_WR, TcpSocket } from '../src/index.ts';
import { named, read, TwoHosts, write } from './two-hosts.ts';

/** docs/linux/closing.md, sections 1 and 2. */
describe('shutdown()', () => {
  it('f05: says EINVAL for what it does not know', () => {
    const { a } = new TwoHosts().connected();
    expect(named(a.shutdown(3))).toBe('EINVAL');
  });

  it('f05: says ENOTCONN without a connection, and after its end', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.reset();
    hosts.settle();
    expect([named(new TcpSocket(hosts.a, AF_INET).shutdown(SHUT_WR)), named(a.shutdown(SHUT_WR))]).toEqual([
      'ENOTCONN',
      'ENOTCONN',
    ]);
  });

  it('f05: says ENOTCONN in TIME-WAIT', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_WR);
    hosts.settle();
    b.close();
    hosts.settle();
    expect(named(a.shutdown(SHUT_WR))).toBe('ENOTCONN');
  });

  it('f05: may be called again', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    expect([a.shutdown(SHUT_WR), a.shutdown(SHUT_WR), a.shutdown(SHUT_RDWR)]).toEqual([0, 0, 0]);
    hosts.settle();
    expect(hosts.sent().filter((line) => line === 'a F.')).toHaveLength(1);
  });

  it('f06: in CLOSE-WAIT sends the FIN of LAST-ACK', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.shutdown(SHUT_WR);
    hosts.settle();
    a.shutdown(SHUT_WR);
    expect(hosts.states()[0]).toBe('LAST-ACK');
    hosts.settle();
    expect(hosts.states()).toEqual(['none', 'TIME-WAIT']);
  });

  it('f07, f08: in SYN-SENT disconnects, whichever half', () => {
    for (const how of [SHUT_RD, SHUT_WR]) {
      const hosts = new TwoHosts();
      const socket = hosts.connecting();
      expect([socket.shutdown(how), read(socket)]).toEqual([0, 'ECONNRESET']);
    }
  });

  it('f01: of the reading half sends nothing', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.shutdown(SHUT_RD);
    hosts.settle();
    expect(hosts.sent()).toEqual([]);
  });

  it('b11: of both halves answers later text with a RST', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_RDWR);
    hosts.settle();
    hosts.sent();
    write(b);
    hosts.settle();
    expect([hosts.sent(), a.takeError()]).toEqual([['b P.(1)', 'a R'], 104]);
  });

  it('c01: of the writing half lets the other one go on for hours', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.shutdown(SHUT_WR);
    hosts.settle(3_600_000);
    write(b, 500);
    hosts.settle();
    expect([hosts.states(), read(a)]).toEqual([['FIN-WAIT-2', 'CLOSE-WAIT'], 500]);
  });

  it('l17: of the writing half, and a peer that closes: its next write succeeds, the one after that fails', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    b.close();
    hosts.settle();
    const first = write(a);
    hosts.settle();
    expect([first, write(a), read(a)]).toEqual([1, 'EPIPE', 0]);
  });
});
