import { collectGarbage, heldMemory } from '@halfclose/test-support';
import type { TcpSocket } from '@halfclose/sockets';
import type { Host } from '@halfclose/stack';
import type { VirtualClock } from '@halfclose/timers';
import type { Build } from '../build.ts';

/** Connections under way at a time. */
const PARALLEL = 16;
export const MESSAGE_OCTETS = 64;
const PORT = 80;

/** A host on a clock that stands still until it is told to move, without streams. */
export interface SocketWorld {
  readonly clock: VirtualClock;
  readonly host: Host;
  socket(): TcpSocket;
  /** Listens on the loopback address; `accepted` is given each connection. */
  listen(port: number, accepted: (socket: TcpSocket) => void): void;
}

/** Makes one by the rules of the default host of `net`, whose ports would else be the limit of connections per second. */
export function socketWorld({ sockets, stack, timers }: Build, maxTimeWaits?: number): SocketWorld {
  const clock = new timers.VirtualClock();
  const host = new stack.Host({
    timers: clock,
    secret: Uint32Array.of(1, 2, 3, 4),
    allocate: (octets) => Buffer.allocUnsafeSlow(octets),
    profile: stack.profile({ timeWaitReuseDelay: 1, ...(maxTimeWaits !== undefined && { maxTimeWaits }) }),
  });
  const socket = (): TcpSocket => new sockets.TcpSocket(host, sockets.AF_INET);
  const listen = (port: number, accepted: (socket: TcpSocket) => void): void => {
    const listener = socket();
    expectDone(listener.bind(stack.LOOPBACK_IPV4, port));
    expectDone(listener.listen(511));
    listener.owner = {
      onReadiness: () => {
        for (;;) {
          const next = listener.accept();
          if (typeof next === 'number') return;
          accepted(next);
        }
      },
    };
  };
  return { clock, host, socket, listen };
}

/** What a server does that closes when it reads the end. `closed` is told. */
export function closesAtEnd(closed: () => void): (socket: TcpSocket) => void {
  return (socket) => {
    const onReadiness = (): void => {
      if (socket.read(65_536) !== 0) return;
      socket.close();
      closed();
    };
    socket.owner = { onReadiness };
    // What came before it was accepted, nobody was told.
    onReadiness();
  };
}

/** Connects a client that closes as soon as it is connected. */
export function connectToClose(
  { stack: { LOOPBACK_IPV4, ConnectionEvent } }: Build,
  world: SocketWorld,
  port: number,
): void {
  const client = world.socket();
  client.owner = {
    onReadiness: (events) => {
      if ((events & ConnectionEvent.Connected) !== 0) client.close();
    },
  };
  expectUnderWay(client.connect(LOOPBACK_IPV4, port));
}

/** What a server does that sends back each message of {@link MESSAGE_OCTETS}. */
export function echoes(socket: TcpSocket): void {
  const bytes = new Uint8Array(MESSAGE_OCTETS);
  socket.owner = {
    onReadiness: () => {
      if (socket.recv(bytes) === MESSAGE_OCTETS) socket.send(bytes);
    },
  };
}

/**
 * Connects and closes `total` times, 16 at a time, without streams: the client closes once it is connected, the server when
 * it reads the end. A millisecond passes between the rounds.
 */
export function socketConnections(build: Build, total: number): void {
  let closed = 0;
  const world = socketWorld(build);
  world.listen(
    PORT,
    closesAtEnd(() => closed++),
  );
  for (let started = 0; started < total; started += PARALLEL) {
    for (let i = 0; i < PARALLEL; i++) connectToClose(build, world, PORT);
    world.clock.runTasks();
    world.clock.advanceBy(1);
  }
  if (closed < total) throw new Error(`closed ${closed} of ${total}`);
}

/** A client sends 64 octets, the server echoes them, `total` times. */
export function socketRoundTrips(build: Build, total: number): void {
  const world = socketWorld(build);
  world.listen(PORT, echoes);
  const message = new Uint8Array(MESSAGE_OCTETS).fill(1);
  const bytes = new Uint8Array(MESSAGE_OCTETS);
  let arrived = 0;
  const client = world.socket();
  expectUnderWay(client.connect(build.stack.LOOPBACK_IPV4, PORT));
  world.clock.runTasks();
  client.owner = {
    onReadiness: () => {
      if (client.recv(bytes) === MESSAGE_OCTETS && ++arrived < total) client.send(message);
    },
  };
  client.send(message);
  world.clock.runTasks();
  if (arrived !== total) throw new Error(`${arrived} of ${total} came back`);
}

/** Bytes that each of `pairs` idle connections takes, both ends of it, without streams. Needs `--expose-gc`. */
export async function idleSockets(build: Build, pairs: number): Promise<number> {
  const ends: TcpSocket[] = [];
  const world = socketWorld(build);
  world.listen(PORT, (socket) => ends.push(socket));
  const open = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const client = world.socket();
      expectUnderWay(client.connect(build.stack.LOOPBACK_IPV4, PORT));
      ends.push(client);
      world.clock.runTasks();
    }
  };
  // What is made once is made before the first reading.
  open(100);
  await collectGarbage();
  const before = await heldMemory();
  open(pairs);
  const held = (await heldMemory()) - before;
  if (ends.length !== 2 * (pairs + 100)) throw new Error(`only ${ends.length} ends are open`);
  return held / pairs;
}

function expectDone(result: number): void {
  if (result < 0) throw new Error(`a call failed: ${result}`);
}

/** EINPROGRESS is what connect() gives where it never waits. */
export function expectUnderWay(result: number): void {
  if (result !== -115) throw new Error(`connect failed: ${result}`);
}
