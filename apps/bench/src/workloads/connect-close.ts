import { listen, type Net } from '../subject.ts';

/** Connections under way at a time. */
const PARALLEL = 16;

/**
 * Connects, ends, and waits for 'close' on both sides, `total` times, 16 at a time. Returns connections a second.
 * The client closes first and keeps the TIME-WAIT.
 */
export function connectAndClose(net: Net, total: number): Promise<number> {
  return cycle(net, total, (socket) => socket.end());
}

/** The same, but the client resets each connection once it is open. */
export function connectAndReset(net: Net, total: number): Promise<number> {
  return cycle(net, total, (socket) => socket.resetAndDestroy());
}

async function cycle(
  net: Net,
  total: number,
  finish: (socket: ReturnType<Net['connect']>) => void,
): Promise<number> {
  let closedByServer = 0;
  let closedByClient = 0;
  let started = 0;
  let done: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  const check = (): void => {
    if (closedByServer === total && closedByClient === total) done();
  };
  // A kernel forgets a connection that is reset before it is accepted, so both ends have to be open first.
  // By port, as it is reused: an old `Map` would keep all sockets that were in it from being collected as young.
  const half: ((() => void) | null)[] = new Array<null>(65_536).fill(null);
  const opened = (port = 0, then: () => void): void => {
    const other = half[port] ?? null;
    half[port] = other === null ? then : null;
    if (other !== null) {
      other();
      then();
    }
  };
  const server = await listen(net, (socket) => {
    opened(socket.remotePort, () => undefined);
    socket.resume();
    socket.on('error', ignoreReset);
    socket.on('close', () => {
      closedByServer++;
      check();
    });
  });
  const next = (): void => {
    if (started === total) return;
    started++;
    const socket = net.connect(server.port, '127.0.0.1', () => {
      opened(socket.localPort, () => {
        finish(socket);
      });
    });
    socket.resume();
    socket.on('error', fail);
    socket.on('close', () => {
      closedByClient++;
      check();
      next();
    });
  };
  const start = performance.now();
  for (let i = 0; i < PARALLEL; i++) next();
  await finished;
  const seconds = (performance.now() - start) / 1000;
  await server.close();
  return total / seconds;
}

function ignoreReset(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ECONNRESET') throw error;
}
