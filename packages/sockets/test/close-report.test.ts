import { describe, expect, it } from 'vitest';
import { AF_INET, SHUT_WR, TcpSocket } from '../src/index.ts';
import { read, TwoHosts, write } from './two-hosts.ts';

describe('the close report of a socket', () => {
  it('is null where there was no connection', () => {
    const hosts = new TwoHosts();
    expect(new TcpSocket(hosts.a, AF_INET).closeReport()).toBe(null);
    expect(hosts.listener().closeReport()).toBe(null);
  });

  it('tells of the same end from both sides', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(a, 100);
    a.watchOrphan(() => undefined);
    a.close();
    hosts.settle();
    read(b);
    b.close();
    hosts.settle();
    expect([a.closeReport(), b.closeReport()]).toMatchObject([
      { orderly: true, closedFirst: 'local', state: 'TIME-WAIT', octets: { acknowledged: 100 } },
      { orderly: true, closedFirst: 'peer', state: 'CLOSED', octets: { read: 100, unread: 0 } },
    ]);
  });

  it('tells of an orphan that nobody watches up to FIN-WAIT-2, when the host keeps only a record', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.close();
    hosts.settle();
    const known = [a.recorded, a.watchOrphan(() => undefined)];
    b.close();
    hosts.settle();
    expect([known, a.closeReport(), hosts.states()]).toMatchObject([
      [true, false],
      { orderly: false, closedFirst: 'local', state: 'FIN-WAIT-2', sending: 'fin', receiving: 'open' },
      ['TIME-WAIT', 'none'],
    ]);
  });

  it('tells both sides of what nobody read', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(a, 100);
    hosts.settle();
    b.recv(new Uint8Array(40));
    b.close();
    hosts.settle();
    expect([a.closeReport(), b.closeReport()]).toMatchObject([
      { orderly: false, closedFirst: 'peer', marks: [{ kind: 'rst', direction: 'received' }] },
      {
        orderly: false,
        marks: [{ kind: 'rst', direction: 'sent', reason: 'unread data at close' }],
        octets: { received: 100, read: 40, unread: 60, lost: 60 },
      },
    ]);
  });

  it('j01: tells the peer of a closed listener of a reset', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    const a = hosts.connecting();
    hosts.settle();
    listener.close();
    hosts.settle();
    expect(a.closeReport()).toMatchObject({ closedFirst: 'peer', sending: 'reset', receiving: 'reset' });
  });
});

describe('octets marked unread', () => {
  it('make close() reset, and are counted as lost', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(a, 100);
    hosts.settle();
    expect(read(b)).toBe(100);
    b.markUnread(30);
    b.close();
    hosts.settle();
    expect(hosts.sent().at(-1)).toBe('b R.');
    expect(b.closeReport()?.octets).toMatchObject({ read: 70, unread: 30, lost: 30 });
  });
});

describe('who wants to know of the end', () => {
  it('is told after close() until the connection has ended', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    const seen: string[] = [];
    a.watchOrphan(() => seen.push(`${a.connection?.state ?? ''} ${a.ended}`));
    a.close();
    expect(a.ended).toBe(false);
    hosts.settle();
    b.close();
    hosts.settle();
    expect(seen).toEqual(['FIN-WAIT-2 false', 'TIME-WAIT true']);
  });

  it('may ask after close(), too, but not after the end', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.close();
    let news = 0;
    expect(a.watchOrphan(() => news++)).toBe(true);
    hosts.settle();
    b.close();
    hosts.settle();
    expect([news, a.ended, a.watchOrphan(() => news++)]).toEqual([2, true, false]);
  });

  it('c11: is told of the limit of FIN-WAIT-2', () => {
    const hosts = new TwoHosts();
    const { a } = hosts.connected();
    a.shutdown(SHUT_WR);
    hosts.settle();
    const start = hosts.clock.now();
    let ended = NaN;
    a.watchOrphan(() => (ended = hosts.clock.now() - start));
    a.close();
    hosts.settle(120_000);
    expect([a.ended, ended, a.closeReport()?.reason]).toEqual([true, 60_000, 'FIN-WAIT-2 limit']);
  });

  it('e02: is told also after a lingering close has settled', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    hosts.link.partition();
    const seen: string[] = [];
    a.watchOrphan(() => seen.push(a.connection?.state ?? ''));
    a.options.setLinger({ onoff: 1, linger: 1 });
    a.close(() => seen.push('settled'));
    hosts.settle(1000);
    hosts.link.heal();
    hosts.settle(10_000);
    b.close();
    hosts.settle();
    expect(seen).toEqual(['settled', 'FIN-WAIT-2', 'TIME-WAIT']);
  });
});
