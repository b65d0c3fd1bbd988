import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { createHost, createNet, type Net, type Socket } from '@halfclose/net';
import { type Inspection, openInspection } from '@halfclose/net/inspect';
import type { Host } from '@halfclose/stack';
import type { Command } from 'commander';
import { errorText } from '../error-text.ts';
import { untilInterrupted } from './interruption.ts';
import { TunLink } from './tun-link.ts';
import { type HostOptions, profileOf } from './tun-options.ts';

/** How long connections may take to end in order when the command is interrupted, without SO_LINGER. Milliseconds. */
const GRACE = 1000;
/** In which the last segments go out. Milliseconds. */
const FAREWELL = 20;

/** A host of ours on a TUN device, and its sockets. */
export class TunHost {
  readonly link: TunLink;
  readonly net: Net;
  /** What sockets and servers are to be made with. */
  readonly linger: { readonly linger?: number };
  readonly #isVerbose: boolean;
  readonly #inspection: Inspection | null;
  readonly #beforeClosing: (() => unknown)[] = [];
  /** Sockets that have not ended, with the promise that they do. */
  readonly #open = new Map<Socket, Promise<void>>();

  constructor(link: TunLink, options: HostOptions) {
    const host = createHost({
      name: link.tun.name,
      device: link.wire,
      addresses: link.addresses.map(({ ours, prefixLength }) => `${String(ours)}/${prefixLength}`),
      profile: profileOf(options),
    });
    const { capture } = link;
    if (capture !== null) host.observe((event) => capture.record(event));
    this.link = link;
    this.net = createNet(host);
    this.linger = options.linger === undefined ? {} : { linger: options.linger };
    this.#isVerbose = options.verbose === true;
    this.#inspection = this.#inspectionOf(host);
  }

  /** Lets `halfclose connections` look into it; the command can do without. */
  #inspectionOf(host: Host): Inspection | null {
    try {
      return openInspection(host);
    } catch (error) {
      this.tell(`halfclose connections cannot look into this: ${errorText(error)}`);
      return null;
    }
  }

  /** A line, or several, on stderr, where that is wanted. */
  tell(text: string): void {
    if (this.#isVerbose) process.stderr.write(`${text}\n`);
  }

  /** Sees to the end of the socket: that it is told, and that nothing is left of it. */
  watch(socket: Socket): void {
    // Whoever uses the socket tells of its errors; after the end of the command nobody does.
    socket.on('error', () => undefined);
    const ended = new Promise<void>((resolve) => {
      socket.once('close', () => {
        socket
          .close()
          .then((report) => this.tell(inspect(report)))
          // There never was a connection.
          .catch(() => undefined)
          .finally(() => {
            this.#open.delete(socket);
            resolve();
          });
      });
    });
    this.#open.set(socket, ended);
  }

  /** Has `callback` called before connections are closed: whoever writes to them is to stop then. */
  beforeClosing(callback: () => unknown): void {
    this.#beforeClosing.push(callback);
  }

  /** Closes what is open, in order while there is time for it, and takes the device away. */
  async close(): Promise<void> {
    for (const callback of this.#beforeClosing) callback();
    if (this.#open.size > 0) await this.#closeConnections();
    this.#inspection?.close();
    await this.link.close();
  }

  async #closeConnections(): Promise<void> {
    const { tun } = this.link;
    const ends = [...this.#open.values()];
    for (const socket of this.#open.keys()) {
      if (socket.connecting) socket.destroy();
      else socket.close().catch(() => undefined);
    }
    const { linger = 0 } = this.linger;
    const grace = new AbortController();
    const over = delay(linger * 1000 || GRACE, undefined, { signal: grace.signal }).catch(() => undefined);
    const gone = tun.closed ? Promise.resolve() : once(tun, 'close');
    await Promise.race([Promise.all(ends), over, gone]);
    grace.abort();
    for (const socket of this.#open.keys()) socket.resetAndDestroy();
    await delay(FAREWELL);
  }
}

/**
 * Runs a command on a host of its own, until the command is done, a signal comes, or the device fails; closes the host in each
 * case.
 *
 * @throws what went wrong; `Interrupted` after a signal
 */
export async function onTunHost(
  options: HostOptions,
  command: Command,
  work: (host: TunHost) => Promise<void>,
): Promise<void> {
  await untilInterrupted(async (interruption) => {
    const link = new TunLink(options, options.capturePort, command);
    const host = new TunHost(link, options);
    try {
      await Promise.race([work(host), interruption, link.failure]);
    } finally {
      await host.close();
    }
  });
}

/** Who is at the other end; IPv4 as itself, though a listener for both families has it as IPv6. */
export function peerOf(socket: Pick<Socket, 'remoteAddress'>): string {
  return (socket.remoteAddress ?? 'somebody').replace(/^::ffff:(?=\d+\.)/, '');
}
