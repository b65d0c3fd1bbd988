import { drop, nth, syn } from '@halfclose/netem';
import { describe, expect, it } from 'vitest';
import { AF_INET, Errno, MSG_FASTOPEN, Poll, TcpSocket } from '../src/index.ts';
import { FastOpenHosts } from './fast-open-hosts.ts';
import { accepted, named, pendingError, read, TwoHosts, write } from './two-hosts.ts';

describe('TCP Fast Open (RFC 7413)', () => {
  it('is off unless both ends ask for it', () => {
    const hosts = new TwoHosts();
    const listener = hosts.listener();
    expect(hosts.a.profile.fastOpen).toBe(1);
    const socket = new TcpSocket(hosts.a, AF_INET);
    expect(named(socket.sendTo(new Uint8Array(10), MSG_FASTOPEN, hosts.addressB, 80))).toBe('EINPROGRESS');
    hosts.settle();
    const again = new TcpSocket(hosts.a, AF_INET);
    expect(named(again.sendTo(new Uint8Array(10), MSG_FASTOPEN, hosts.addressB, 80))).toBe('EINPROGRESS');
    hosts.settle();
    expect([accepted(listener), accepted(listener)].map(read)).toEqual(['EAGAIN', 'EAGAIN']);
  });

  it('asks for a cookie first, and sends with the SYN from then on', () => {
    const hosts = new FastOpenHosts();
    expect(hosts.openWith(1000).taken).toBe('EINPROGRESS');
    hosts.settle();
    expect(hosts.sent()).toEqual(['a S', 'b S.', 'a .']);
    const { socket, taken } = hosts.openWith(1000);
    expect(taken).toBe(1000);
    hosts.settle(15);
    // The SYN+ACK is still on its way, and the program of b has read.
    accepted(hosts.server);
    const server = accepted(hosts.server);
    expect([read(server), server.connection?.state]).toEqual([1000, 'SYN-RECEIVED']);
    write(server, 500);
    hosts.settle();
    expect(hosts.sent()).toEqual(['a S(1000)', 'b S.', 'b P.(500)', 'a .', 'a .']);
    expect([read(socket), socket.connection?.state]).toEqual([500, 'ESTABLISHED']);
    expect(socket.getsockopt('TCP_INFO')).toMatchObject({ tcpi_options: 32 | 1 | 2 | 4 });
    expect(server.getsockopt('TCP_INFO')).toMatchObject({ tcpi_options: 128 | 32 | 1 | 2 | 4 });
  });

  it('sends no more with the SYN than the MSS that the peer told, less room for options', () => {
    const hosts = new FastOpenHosts();
    hosts.exchange();
    expect(hosts.openWith(5000).taken).toBe(1460 - 40);
  });

  it('sends again at once what the SYN+ACK does not acknowledge, as after a change of keys', () => {
    const hosts = new FastOpenHosts();
    hosts.exchange();
    hosts.b.fastOpenKeys = [Uint32Array.of(1, 2, 3, 4)];
    const { socket } = hosts.openWith(1000);
    hosts.settle();
    expect(hosts.sent()).toEqual(['a S(1000)', 'b S.', 'a P.(1000)', 'b .']);
    expect(read(accepted(hosts.server))).toBe(1000);
    expect(socket.getsockopt('TCP_INFO')).toMatchObject({ tcpi_fastopen_client_fail: 2 });
    // The SYN+ACK brought a cookie that is good.
    expect(hosts.openWith(100).taken).toBe(100);
    hosts.settle();
    expect(hosts.sent()).toEqual(['a S(100)', 'b S.', 'a .']);
  });

  it('takes cookies of the key before, and tells one of the new key', () => {
    const hosts = new FastOpenHosts();
    hosts.exchange();
    hosts.b.fastOpenKeys = [Uint32Array.of(1, 2, 3, 4), ...hosts.b.fastOpenKeys];
    hosts.openWith(100);
    hosts.settle();
    hosts.b.fastOpenKeys = hosts.b.fastOpenKeys.slice(0, 1);
    hosts.openWith(100);
    hosts.settle();
    expect(hosts.sent()).toEqual(['a S(100)', 'b S.', 'a .', 'a S(100)', 'b S.', 'a .']);
  });

  it('sends a SYN that is lost again without text and option, and the text when the handshake is over', () => {
    const hosts = new FastOpenHosts();
    hosts.exchange();
    hosts.link.aToB.set({ rules: [drop(nth(1, syn()))] });
    const { socket } = hosts.openWith(300);
    hosts.settle(1100);
    expect(hosts.sent()).toEqual(['a S(300)', 'a S', 'b S.', 'a P.(300)', 'b .']);
    expect(socket.getsockopt('TCP_INFO')).toMatchObject({ tcpi_fastopen_client_fail: 3 });
    expect(read(accepted(hosts.server))).toBe(300);
  });

  it('opens no more connections before their handshakes are over than TCP_FASTOPEN says', () => {
    const hosts = new FastOpenHosts({}, 1);
    hosts.exchange();
    hosts.link.bToA.set({ delay: 500 });
    hosts.openWith(100);
    hosts.openWith(100);
    hosts.settle(20);
    expect([read(accepted(hosts.server)), named(hosts.server.accept() as number)]).toEqual([100, 'EAGAIN']);
    hosts.settle(2000);
    expect(read(accepted(hosts.server))).toBe(100);
  });

  it('counts a connection that was reset before its handshake was over for a minute more', () => {
    const hosts = new FastOpenHosts({}, 1);
    hosts.exchange();
    hosts.link.bToA.set({ delay: 500 });
    const { socket } = hosts.openWith(100);
    hosts.settle(20);
    const server = accepted(hosts.server);
    hosts.inject(server, { flags: 0x04, seq: server.connection?.receiver.rcvNxt ?? 0 });
    expect(read(server)).toBe(100);
    expect(pendingError(server)).toBe('ECONNRESET');
    socket.close();
    hosts.openWith(100);
    hosts.settle(20);
    expect(named(hosts.server.accept() as number)).toBe('EAGAIN');
    hosts.settle(61_000);
    accepted(hosts.server);
    hosts.openWith(100);
    hosts.settle(20);
    expect(read(accepted(hosts.server))).toBe(100);
  });

  it('does without for a time when three timeouts have struck in a row, and twice as long the next time', () => {
    const hosts = new FastOpenHosts({ fastOpenBlackHole: 60_000 });
    hosts.exchange();
    hosts.meetBlackHole();
    expect(hosts.openWith(100).taken).toBe('EINPROGRESS');
    hosts.settle(60_000);
    hosts.meetBlackHole();
    hosts.settle(60_000);
    expect(hosts.openWith(100).taken).toBe('EINPROGRESS');
    hosts.settle(60_000);
    const { socket, taken } = hosts.openWith(100);
    expect(taken).toBe(100);
    hosts.settle();
    // Something came: it counts from the beginning again.
    for (let server = hosts.server.accept(); server instanceof TcpSocket; server = hosts.server.accept())
      write(server);
    hosts.settle();
    expect(read(socket)).toBe(1);
    hosts.meetBlackHole();
    hosts.settle(60_000);
    expect(hosts.openWith(100).taken).toBe(100);
  });

  it('with TCP_FASTOPEN_CONNECT sends the SYN with the first write, and can be written to before', () => {
    const hosts = new FastOpenHosts();
    hosts.exchange();
    const socket = new TcpSocket(hosts.a, AF_INET);
    expect(socket.setsockopt('TCP_FASTOPEN_CONNECT', 1)).toBe(0);
    expect([socket.connect(hosts.addressB, 80), socket.poll()]).toEqual([0, Poll.OUT]);
    hosts.settle();
    expect([named(socket.connect(hosts.addressB, 80)), read(socket), hosts.sent()]).toEqual([
      'EISCONN',
      'EAGAIN',
      [],
    ]);
    expect([write(socket, 200), write(socket, 200)]).toEqual([200, 'EAGAIN']);
    hosts.settle();
    expect(hosts.sent()).toEqual(['a S(200)', 'b S.', 'a .']);
  });

  it('needs no cookie where both ends say so', () => {
    const hosts = new FastOpenHosts({ fastOpen: 3 | 4 | 0x200 });
    expect(hosts.openWith(100).taken).toBe(100);
    hosts.settle();
    expect([read(accepted(hosts.server)), hosts.sent()]).toEqual([100, ['a S(100)', 'b S.', 'a .']]);
  });

  it('is refused where the profile has none, and of what is under way', () => {
    const none = new FastOpenHosts({ fastOpen: 0 });
    expect(none.openWith(10).taken).toBe('EOPNOTSUPP');
    const hosts = new FastOpenHosts();
    const { socket } = hosts.openWith(10);
    expect(hosts.openWith(10, socket).taken).toBe('EALREADY');
    expect(write(socket)).toBe('EAGAIN');
    hosts.settle();
    expect([hosts.openWith(10, socket).taken, hosts.openWith(10, socket).taken]).toEqual([10, 'EISCONN']);
    expect(named(socket.setsockopt('TCP_FASTOPEN', 1))).toBe('EINVAL');
    expect(named(socket.setsockopt('TCP_FASTOPEN_KEY', new Uint8Array(15)))).toBe('EINVAL');
    const fresh = new TcpSocket(none.a, AF_INET);
    expect(fresh.setsockopt('TCP_FASTOPEN_CONNECT', 1)).toBe(-Errno.EOPNOTSUPP);
  });
});
