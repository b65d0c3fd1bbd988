import { Host, LOOPBACK_IPV4, profile } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { expect, it } from 'vitest';
import { AF_INET, Errno, TcpSocket } from '../src/index.ts';

/** A host with four ephemeral ports, each in TIME-WAIT for a connection to port 9000, where somebody listens. */
function allInTimeWait(): { host: Host; clock: VirtualClock } {
  const clock = new VirtualClock();
  const host = new Host({
    timers: clock,
    secret: Uint32Array.of(1, 2, 3, 4),
    profile: profile({ ephemeralPortFirst: 40_000, ephemeralPortLast: 40_003 }),
  });
  const listener = listenOn(host, 9000);
  for (let i = 0; i < 4; i++) {
    const client = new TcpSocket(host, AF_INET);
    expect(client.connect(LOOPBACK_IPV4, 9000)).toBe(-Errno.EINPROGRESS);
    clock.advanceBy(1);
    client.close();
    clock.advanceBy(1);
    const accepted = listener.accept();
    if (typeof accepted === 'number') throw new Error(`accept() gave ${accepted}`);
    accepted.close();
    clock.advanceBy(1);
  }
  expect(host.timeWaitCount).toBe(4);
  return { host, clock };
}

function listenOn(host: Host, port: number): TcpSocket {
  const listener = new TcpSocket(host, AF_INET);
  listener.options.set('SO_REUSEADDR', 1, host.now);
  expect(listener.bind(LOOPBACK_IPV4, port)).toBe(0);
  expect(listener.listen(5)).toBe(0);
  return listener;
}

/** What becomes of a connect(): 0, or an error number negated. */
function outcome(host: Host, clock: VirtualClock, port: number): number {
  const client = new TcpSocket(host, AF_INET);
  const result = client.connect(LOOPBACK_IPV4, port);
  if (result !== -Errno.EINPROGRESS) return result;
  clock.advanceBy(1);
  return 0 - client.takeError();
}

// Measured on Linux 6.18 with net.ipv4.ip_local_port_range = 40000 40003.
it.each([0, 1])('no port is left for a bind() to port 0, with SO_REUSEADDR %d', (reuse) => {
  const { host } = allInTimeWait();
  const socket = new TcpSocket(host, AF_INET);
  socket.options.set('SO_REUSEADDR', reuse, host.now);
  expect(socket.bind(LOOPBACK_IPV4, 0)).toBe(-Errno.EADDRINUSE);
});

it('no port is left for a connection to where they lead, until they may be used again', () => {
  const { host, clock } = allInTimeWait();
  expect(outcome(host, clock, 9000)).toBe(-Errno.EADDRNOTAVAIL);
  clock.advanceBy(1200);
  expect(outcome(host, clock, 9000)).toBe(0);
});

it('each of them serves a connection to elsewhere', () => {
  const { host, clock } = allInTimeWait();
  listenOn(host, 9001);
  expect(outcome(host, clock, 9001)).toBe(0);
});
