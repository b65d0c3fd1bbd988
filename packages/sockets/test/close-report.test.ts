import { drop, fin, nth } from '@halfclose/netem';
import { describe, expect, it } from 'vitest';
import { AF_INET, SHUT_WR, TcpSocket } from '../src/index.ts';
import { read, TwoHosts, write } from './two-hosts.ts';

/** What a report is to say. */
interface Ending {
  readonly receiving: string;
  readonly reason: string;
  readonly marks: readonly object[];
}

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

  it('may name another as the first to close at either end, where the FIN of one was lost', () => {
    const hosts = new TwoHosts({}, { aToB: { rules: [drop(nth(1, fin()))] } });
    const { a, b } = hosts.connected();
    a.close();
    b.close();
    hosts.clock.advanceBy(5000);
    expect([a.closeReport(), b.closeReport()]).toMatchObject([
      { orderly: true, closedFirst: 'both' },
      { orderly: true, closedFirst: 'local' },
    ]);
  });

  it('tells how an orphan ended of which the host kept only a record, though nobody watched', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.close();
    hosts.settle();
    const half = [a.recorded, hosts.states(), a.closeReport()];
    b.close();
    hosts.settle();
    expect(half).toMatchObject([
      true,
      ['FIN-WAIT-2', 'CLOSE-WAIT'],
      { orderly: false, state: 'FIN-WAIT-2', sending: 'fin', receiving: 'open' },
    ]);
    expect([hosts.states(), a.closeReport()]).toMatchObject([
      ['TIME-WAIT', 'none'],
      {
        orderly: true,
        closedFirst: 'local',
        state: 'TIME-WAIT',
        receiving: 'fin',
        marks: [
          { kind: 'fin', direction: 'sent' },
          { kind: 'fin', direction: 'received', time: hosts.clock.now() - 90 },
        ],
      },
    ]);
  });

  it.each<[string, (hosts: TwoHosts, a: TcpSocket, b: TcpSocket) => void, Ending]>([
    [
      'by a RST of the peer',
      (hosts, _a, b) => {
        b.reset();
        hosts.settle();
      },
      { receiving: 'reset', reason: 'peer reset', marks: [{}, { kind: 'rst', direction: 'received' }] },
    ],
    [
      'by text that came after close()',
      (hosts, _a, b) => {
        write(b, 10);
        hosts.settle();
      },
      { receiving: 'reset', reason: 'data after close', marks: [{}, { kind: 'rst', direction: 'sent' }] },
    ],
    [
      'by the limit of FIN-WAIT-2',
      (hosts) => hosts.settle(60_000),
      { receiving: 'timeout', reason: 'FIN-WAIT-2 limit', marks: [{ kind: 'fin' }] },
    ],
    [
      'by an abort of our own',
      (hosts, a) => {
        a.abortOrphan();
        hosts.settle();
      },
      {
        receiving: 'reset',
        reason: 'abort',
        marks: [{}, { kind: 'rst', direction: 'sent', reason: 'abort' }],
      },
    ],
  ])('tells of an end %s where the host kept only a record', (_how, end, report) => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.close();
    hosts.settle();
    end(hosts, a, b);
    expect([hosts.states()[0], a.ended, a.closeReport()]).toMatchObject([
      'none',
      true,
      { ...report, orderly: false, state: 'CLOSED', sending: 'fin' },
    ]);
    expect(a.closeReport()?.marks.length).toBe(report.marks.length);
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

  it('are never more than were read', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    write(a, 100);
    hosts.settle();
    b.read(60);
    b.markUnread(50);
    b.markUnread(50);
    expect(b.closeReport()?.octets).toMatchObject({ received: 100, read: 0, unread: 100 });
    expect(() => b.markUnread(-5)).toThrow(RangeError);
    expect(b.closeReport()?.octets.unread).toBe(100);
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

  it('may ask when the host has only a record left', () => {
    const hosts = new TwoHosts();
    const { a, b } = hosts.connected();
    a.close();
    hosts.settle();
    const seen: string[] = [];
    const asked = [a.recorded, a.watchOrphan(() => seen.push(a.connection?.state ?? '')), a.recorded];
    b.close();
    hosts.settle();
    expect([asked, seen, a.ended]).toEqual([[true, true, false], ['TIME-WAIT'], true]);
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
