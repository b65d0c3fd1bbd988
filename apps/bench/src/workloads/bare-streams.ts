import { Duplex } from 'node:stream';

/** Half of a pair: what is written to it, the other half reads, in a tick of its own. */
class BareStream extends Duplex {
  other: BareStream | null = null;

  override _read(): void {
    // The other half pushes as it is written to.
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    process.nextTick(() => {
      this.other?.push(chunk);
      done();
    });
  }

  override _final(done: () => void): void {
    process.nextTick(() => {
      this.other?.push(null);
      done();
    });
  }

  // What an agent of HTTP asks of a socket.
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Two streams of Node that are each other's peer, with nothing beneath: what sockets would be if TCP took nothing. */
export function barePair(): [Duplex, Duplex] {
  const [one, other] = [new BareStream(), new BareStream()];
  one.other = other;
  other.other = one;
  return [one, other];
}

/** Makes `total` pairs, 16 at a time, ends both halves, and waits for 'close' of both. */
export function bareConnections(total: number): Promise<void> {
  return new Promise((resolve) => {
    let started = 0;
    let closed = 0;
    const next = (): void => {
      if (started === total) return;
      started++;
      const pair = barePair();
      let open = 2;
      for (const half of pair) {
        half.resume();
        half.on('end', () => half.end());
        half.on('close', () => {
          if (--open > 0) return;
          if (++closed === total) resolve();
          else next();
        });
      }
      pair[0].end();
    };
    for (let i = 0; i < 16; i++) next();
  });
}

/** Sends 64 bytes there and back over one pair, `total` times. */
export function bareRoundTrips(total: number): Promise<void> {
  const [client, server] = barePair();
  const message = Buffer.alloc(64, 1);
  server.on('data', (chunk) => server.write(chunk));
  let left = total;
  return new Promise((resolve) => {
    client.on('data', () => {
      if (--left === 0) resolve();
      else client.write(message);
    });
    client.write(message);
  });
}
