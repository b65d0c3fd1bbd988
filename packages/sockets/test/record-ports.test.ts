import { ANY_IPV4, Host, type IpAddress, LOOPBACK_IPV4 } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { AF_INET, TcpSocket } from '../src/index.ts';
import { accepted, named } from './two-hosts.ts';

/** One host that talks to itself. */
class OneHost {
  readonly clock = new VirtualClock();
  readonly #host = new Host({ timers: this.clock, secret: Uint32Array.of(1, 2, 3, 4) });

  /** bind() and, if that succeeds, listen(); their result. */
  listener(
    address: IpAddress,
    option?: 'SO_REUSEADDR' | 'SO_REUSEPORT',
  ): { readonly socket: TcpSocket; readonly result: unknown } {
    const socket = new TcpSocket(this.#host, AF_INET);
    if (option !== undefined) socket.options.set(option, 1, 0);
    const bound = socket.bind(address, 80);
    return { socket, result: named(bound < 0 ? bound : socket.listen(5)) };
  }

  /** A connection to one of `listeners`, whose end at the listener closes first and stays in TIME-WAIT. */
  closedConnection(...listeners: readonly TcpSocket[]): void {
    const client = new TcpSocket(this.#host, AF_INET);
    client.connect(LOOPBACK_IPV4, 80);
    this.clock.runTasks();
    const listener = listeners.find((each) => each.poll() !== 0);
    if (listener === undefined) throw new Error('nobody got the connection');
    accepted(listener).close();
    this.clock.runTasks();
    client.close();
    this.clock.runTasks();
  }

  close(...sockets: readonly TcpSocket[]): void {
    for (const socket of sockets) socket.close();
    this.clock.runTasks();
  }
}

describe('TIME-WAIT at a port that its listener left', () => {
  /** A listener on all addresses is gone, its connection in TIME-WAIT over, a listener on one address in its place. */
  function replaced(host: OneHost): TcpSocket {
    const wide = host.listener(ANY_IPV4, 'SO_REUSEADDR').socket;
    host.closedConnection(wide);
    host.close(wide);
    const { socket, result } = host.listener(LOOPBACK_IPV4, 'SO_REUSEADDR');
    expect(result).toBe(0);
    host.clock.advanceBy(61_000);
    return socket;
  }

  it('leaves the port to the next listener, on one address where the other was on all', () => {
    const host = new OneHost();
    replaced(host);
    expect(host.listener(LOOPBACK_IPV4, 'SO_REUSEADDR').result).toBe('EADDRINUSE');
  });

  it('leaves nothing behind when all are gone', () => {
    const host = new OneHost();
    host.close(replaced(host));
    expect(host.listener(ANY_IPV4).result).toBe(0);
  });

  it('leaves the port to both of two listeners that share it with SO_REUSEPORT', () => {
    const host = new OneHost();
    const a = host.listener(LOOPBACK_IPV4, 'SO_REUSEPORT').socket;
    const b = host.listener(LOOPBACK_IPV4, 'SO_REUSEPORT').socket;
    for (let i = 0; i < 8; i++) host.closedConnection(a, b);
    host.clock.advanceBy(61_000);
    const whileBoth = host.listener(LOOPBACK_IPV4).result;
    host.close(a);
    const whileOne = host.listener(LOOPBACK_IPV4).result;
    host.close(b);
    expect([whileBoth, whileOne, host.listener(LOOPBACK_IPV4).result]).toEqual([
      'EADDRINUSE',
      'EADDRINUSE',
      0,
    ]);
  });
});
