import { ConnectionEvent } from '@halfclose/stack';
import { expect, it } from 'vitest';
import { AF_INET, TcpSocket } from '../src/index.ts';
import { named, pendingError, TwoHosts } from './two-hosts.ts';

// As measured on Linux 6.18, with tcp_syn_linear_timeouts of 4: the time counts, and not how often one went.
it.each([
  [1, [1, 2, 3]],
  [2, [1, 2, 3, 4, 5, 7]],
  [3, [1, 2, 3, 4, 5, 7, 11, 19]],
  [4, [1, 2, 3, 4, 5, 7, 11, 19, 35]],
  [5, [1, 2, 3, 4, 5, 7, 11, 19, 35, 67]],
])('sends a SYN again for as long as TCP_SYNCNT of %i says', (retries, seconds) => {
  const hosts = new TwoHosts({}, { loss: 1 });
  const socket = new TcpSocket(hosts.a, AF_INET);
  expect(socket.getsockopt('TCP_SYNCNT')).toBe(hosts.a.profile.synRetries);
  expect(socket.setsockopt('TCP_SYNCNT', retries)).toBe(0);
  const times: number[] = [];
  hosts.a.observe((event) => {
    if (event.type === 'timer') times.push(Math.round(event.time / 1000));
  });
  socket.connect(hosts.addressB, 80);
  hosts.settle(1_000_000);
  expect(times).toEqual(seconds);
  expect(socket.getsockopt('SO_ERROR')).toBe(110);
});

it('changes the congestion control by its name, and knows of no other (ENOENT)', () => {
  const hosts = new TwoHosts();
  const { a } = hosts.connected();
  expect(a.getsockopt('TCP_CONGESTION')).toBe('cubic');
  expect(named(a.setsockopt('TCP_CONGESTION', 'bbr' as 'reno'))).toBe('ENOENT');
  expect(named(a.setsockopt('TCP_CONGESTION', 1 as unknown as 'reno'))).toBe('EINVAL');
  a.send(new Uint8Array(100_000));
  hosts.settle(15);
  const { sender } = a.connection ?? expect.fail();
  const { cwnd } = sender;
  expect(sender.congestion.control.name).toBe('cubic');
  expect(a.setsockopt('TCP_CONGESTION', 'reno')).toBe(0);
  expect([a.getsockopt('TCP_CONGESTION'), sender.congestion.control.name, sender.cwnd]).toEqual([
    'reno',
    'reno',
    cwnd,
  ]);
  const { control } = sender.congestion;
  a.setsockopt('TCP_CONGESTION', 'reno');
  expect(sender.congestion.control).toBe(control);
});

it('passes the congestion control of a listener to its connections', () => {
  const hosts = new TwoHosts();
  const listener = hosts.listener();
  listener.setsockopt('TCP_CONGESTION', 'reno');
  const client = new TcpSocket(hosts.a, AF_INET);
  client.connect(hosts.addressB, 80);
  hosts.settle();
  const accepted = listener.accept() as TcpSocket;
  expect(accepted.getsockopt('TCP_CONGESTION')).toBe('reno');
  expect(accepted.connection?.sender.congestion.control.name).toBe('reno');
  expect(client.connection?.sender.congestion.control.name).toBe('cubic');
});

it('acknowledges at once with TCP_QUICKACK, which does not last', () => {
  const hosts = new TwoHosts();
  const { a, b } = hosts.connected();
  b.setsockopt('TCP_QUICKACK', 0);
  expect(b.getsockopt('TCP_QUICKACK')).toBe(0);
  hosts.sent();
  a.send(new Uint8Array(10));
  hosts.settle(15);
  b.read(100);
  hosts.settle(1);
  expect(hosts.sent()).toEqual(['a P.(10)']);
  b.setsockopt('TCP_QUICKACK', 1);
  hosts.settle(1);
  expect([hosts.sent(), b.getsockopt('TCP_QUICKACK')]).toEqual([['b .'], 1]);
  // An answer of ours makes a conversation of it again.
  a.send(new Uint8Array(10));
  hosts.settle(15);
  b.send(new Uint8Array(10));
  hosts.settle(1);
  expect(b.getsockopt('TCP_QUICKACK')).toBe(0);
});

it('keeps a TCP_QUICKACK that is taken away before there is a connection', () => {
  const hosts = new TwoHosts();
  const socket = new TcpSocket(hosts.a, AF_INET);
  socket.setsockopt('TCP_QUICKACK', 0);
  hosts.listener();
  socket.connect(hosts.addressB, 80);
  hosts.settle();
  expect(socket.connection?.receiver.acks.isConversation).toBe(true);
});

it('tells of acknowledgments to who asks for that alone', () => {
  const hosts = new TwoHosts();
  const { a, b } = hosts.connected();
  const told: number[] = [];
  a.owner = { onReadiness: (events) => told.push(events & ConnectionEvent.Acknowledged) };
  b.owner = null;
  a.send(new Uint8Array(10));
  hosts.settle();
  expect(told.filter(Boolean)).toEqual([]);
  a.setsockopt('TCP_ACK_REPORTS', 1);
  a.send(new Uint8Array(10));
  hosts.settle();
  expect(told.filter(Boolean)).toEqual([ConnectionEvent.Acknowledged]);
});

it('counts keep-alives without an answer among the probes of TCP_INFO', () => {
  const hosts = new TwoHosts();
  const { a } = hosts.connected();
  a.setsockopt('TCP_KEEPIDLE', 1);
  a.setsockopt('TCP_KEEPINTVL', 1);
  a.setsockopt('SO_KEEPALIVE', 1);
  const probes = (): unknown => Reflect.get(a.getsockopt('TCP_INFO') as object, 'tcpi_probes');
  hosts.settle(1500);
  expect(probes()).toBe(0);
  hosts.link.set({ loss: 1 });
  hosts.settle(2500);
  expect(probes()).toBe(2);
});

/** Who finds a full backlog: with its SYN, or when it ends its handshake. What becomes of it, and what the listener says. */
function turnedAway(whenFull: 'refuse' | 'silent' | null, profile: object, atSyn: boolean): unknown[] {
  const hosts = new TwoHosts(profile);
  const listener = hosts.listener(0);
  listener.whenFull = whenFull;
  const first = hosts.connecting();
  if (atSyn) hosts.settle();
  const second = hosts.connecting();
  hosts.settle();
  const said = hosts.sent().filter((line) => line === 'b R' || line === 'b R.');
  return [first.connection?.state, pendingError(second), said.length];
}

it.each<['refuse' | 'silent' | null, object, [string, number], [string, number]]>([
  [null, {}, ['none', 0], ['none', 0]],
  [null, { abortOnOverflow: true }, ['none', 0], ['ECONNRESET', 1]],
  ['silent', { abortOnOverflow: true }, ['none', 0], ['none', 0]],
  ['refuse', {}, ['ECONNREFUSED', 1], ['ECONNRESET', 1]],
])('turns away by whenFull %s and profile %j', (whenFull, profile, atSyn, atEnd) => {
  expect(turnedAway(whenFull, profile, true)).toEqual(['ESTABLISHED', ...atSyn]);
  expect(turnedAway(whenFull, profile, false)).toEqual(['ESTABLISHED', ...atEnd]);
});

it('refuses another whenFull', () => {
  const listener = new TwoHosts().listener();
  expect(() => (listener.whenFull = 'wait' as 'silent')).toThrow(RangeError);
  expect(listener.whenFull).toBe(null);
});
