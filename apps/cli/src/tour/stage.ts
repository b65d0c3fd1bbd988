import { createLink, type Link, type LinkEvent, type LinkOptions } from '@halfclose/netem';
import { AF_INET, Errno, errnoName, TcpSocket } from '@halfclose/sockets';
import { formatDump, Host, type IpAddress, parseIpAddress } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { Trace } from '@halfclose/trace';
import { Peer } from './peer.ts';

/** Milliseconds from one host to the other. */
const DELAY = 10;

const CLIENT = address('10.0.0.1');
const SERVER = address('10.0.0.2');
const SERVER_PORT = 80;
const EVENTS = 100_000;

/** How the two hosts of a {@link Stage} differ from the usual. */
export interface StageOptions {
  /** Faults on the link. */
  readonly link?: Pick<LinkOptions, 'aToB' | 'bToA'>;
  /** SO_RCVBUF of the server. */
  readonly receiveBuffer?: number;
  /** Called with the hosts before anything happens between them. */
  readonly prepare?: (clock: VirtualClock, client: Host, server: Host) => void;
}

/**
 * A client and a server, connected over a link of 10 ms each way, in virtual time. Everything is recorded. The same
 * script on a new stage does the same again, to the last bit.
 */
export class Stage {
  readonly clock: VirtualClock;
  readonly trace = new Trace({ limit: EVENTS });
  readonly link: Link;
  readonly client: Peer;
  readonly server: Peer;
  readonly hosts: readonly [client: Host, server: Host];
  readonly #clientPort: number;

  /**
   * @param start what the clock shows at first, in milliseconds
   * @param port of the client
   * @param options what is unusual about it
   */
  constructor(start: number, port: number, options: StageOptions = {}) {
    this.clock = new VirtualClock(start);
    this.#clientPort = port;
    this.link = createLink(this.clock, {
      delay: DELAY,
      ...options.link,
      observe: (event) => {
        this.#recordDrop(event);
      },
    });
    const client = this.#host('client', 1);
    const server = this.#host('server', 2);
    client.addInterface(this.link.a, [{ address: CLIENT, prefixLength: 24 }]);
    server.addInterface(this.link.b, [{ address: SERVER, prefixLength: 24 }]);
    this.hosts = [client, server];
    options.prepare?.(this.clock, client, server);
    [this.client, this.server] = this.#connect(client, server, port, options);
  }

  /** Lets so many milliseconds pass. */
  pass(milliseconds: number): void {
    this.clock.advanceBy(milliseconds);
  }

  /** What a host holds now, as ss(8) shows it, with a headline. */
  dump(side: 'client' | 'server'): string {
    const host = this.hosts[side === 'client' ? 0 : 1];
    return `The ${side}'s connections then:\n${formatDump(host.connections()).replace(/^/gm, '  ')}`;
  }

  /** What another bind(2) to the client's port returns now. */
  bindClientPort(): number {
    const socket = new TcpSocket(this.hosts[0], AF_INET);
    const result = socket.bind(CLIENT, this.#clientPort);
    socket.close();
    return result;
  }

  #host(name: string, seed: number): Host {
    const host = new Host({ timers: this.clock, name, secret: Uint32Array.of(seed, 2, 3, 4) });
    host.observe((event) => {
      this.trace.record(event);
    });
    return host;
  }

  #connect(client: Host, server: Host, port: number, { receiveBuffer }: StageOptions): [Peer, Peer] {
    const listener = new TcpSocket(server, AF_INET);
    if (receiveBuffer !== undefined) must(listener.options.set('SO_RCVBUF', receiveBuffer, this.clock.now()));
    must(listener.bind(SERVER, SERVER_PORT));
    must(listener.listen(1));
    const socket = new TcpSocket(client, AF_INET);
    must(socket.bind(CLIENT, port));
    const result = socket.connect(SERVER, SERVER_PORT);
    if (result !== -Errno.EINPROGRESS) must(result);
    this.pass(4 * DELAY);
    const accepted = listener.accept();
    if (typeof accepted === 'number') throw new Error(`accept: ${errnoName(accepted) ?? accepted}`);
    listener.close();
    return [new Peer(socket), new Peer(accepted)];
  }

  #recordDrop({ kind, now, link, packet, reason }: LinkEvent): void {
    if (kind !== 'dropped') return;
    const direction = 'dropped';
    this.trace.record({ type: 'segment', time: now, host: link, direction, packet, state: null, reason });
  }
}

function must(result: number): void {
  if (result < 0) throw new Error(errnoName(result) ?? String(result));
}

function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new RangeError(`address: ${text}`);
  return parsed;
}
