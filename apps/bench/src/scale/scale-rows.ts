import type { TcpSocket } from '@halfclose/sockets';
import type { Build } from '../build.ts';
import {
  closesAtEnd,
  connectToClose,
  echoes,
  expectUnderWay,
  MESSAGE_OCTETS,
  type SocketWorld,
  socketWorld,
} from '../workloads/posix.ts';

/** What is measured with little and with much of something around it. */
export interface ScaleRow {
  /** What is done. */
  readonly name: string;
  /** What there is more and more of. */
  readonly among: string;
  readonly sizes: readonly number[];
  /** Operations of one reading. */
  readonly operations: number;
  /** Makes `size` of them, and returns what runs so many operations. */
  prepare(build: Build, size: number): (operations: number) => void;
}

/** The first of the ports that are listened on. */
const FIRST_PORT = 1024;
/** How many connections go to one port: fewer than there are ephemeral ports. */
const PER_LISTENER = 10_000;
/** Connections under way at a time. */
const PARALLEL = 16;

export const SCALE_ROWS: readonly ScaleRow[] = [
  {
    name: 'round trip, each on another connection',
    among: 'open connections',
    sizes: [10, 1000, 100_000],
    operations: 100_000,
    prepare: (build, size) => {
      const world = socketWorld(build);
      const clients = openConnections(build, world, size);
      const message = new Uint8Array(MESSAGE_OCTETS);
      return (operations) => {
        for (let i = 0; i < operations; i++) {
          const client = clients[scattered(i, size)];
          client?.send(message);
          world.clock.runTasks();
          if (client?.recv(message) !== MESSAGE_OCTETS) throw new Error('nothing came back');
        }
      };
    },
  },
  {
    name: 'connect + close',
    among: 'open connections',
    sizes: [10, 1000, 100_000],
    operations: 20_000,
    prepare: (build, size) => {
      const world = socketWorld(build);
      const clients = openConnections(build, world, size);
      const cycle = cycles(build, world, 1, FIRST_PORT - 1);
      return (operations) => {
        cycle(operations);
        if (clients.length !== size) throw new Error('not all are open');
      };
    },
  },
  {
    name: 'connect + close, each to another listener',
    among: 'listeners',
    sizes: [10, 1000, 10_000],
    operations: 20_000,
    prepare: (build, size) => cycles(build, socketWorld(build), size, FIRST_PORT),
  },
  {
    name: 'connect + close',
    among: 'records in TIME-WAIT',
    sizes: [10, 10_000, 1_000_000],
    operations: 20_000,
    prepare: (build, size) => {
      const world = socketWorld(build, 2 * size + 1_000_000);
      // As many ports as it takes for none to be used again, and a clock that stands still, so that none expires.
      cycles(build, world, Math.ceil(size / PER_LISTENER), FIRST_PORT, 0)(size);
      if (world.host.timeWaitCount < size)
        throw new Error(`only ${world.host.timeWaitCount} are in TIME-WAIT`);
      return cycles(build, world, 100, 20_000, 0);
    },
  },
];

/** An order that goes through all of `size` places, each far from the last. */
function scattered(i: number, size: number): number {
  return (i * 7_368_787) % size;
}

function openConnections(build: Build, world: SocketWorld, count: number): TcpSocket[] {
  const clients: TcpSocket[] = [];
  for (let i = 0; i < count; i++) {
    const port = FIRST_PORT + Math.floor(i / PER_LISTENER);
    if (i % PER_LISTENER === 0) world.listen(port, echoes);
    const client = world.socket();
    expectUnderWay(client.connect(build.stack.LOOPBACK_IPV4, port));
    world.clock.runTasks();
    clients.push(client);
  }
  return clients;
}

/** Connects to `listeners` in turn, and closes. `tick`: milliseconds between sixteen and the next sixteen. */
function cycles(
  build: Build,
  world: SocketWorld,
  listeners: number,
  firstPort: number,
  tick = 1,
): (operations: number) => void {
  let closed = 0;
  const close = closesAtEnd(() => closed++);
  for (let i = 0; i < listeners; i++) world.listen(firstPort + i, close);
  let opened = 0;
  return (operations) => {
    for (let done = 0; done < operations; done += PARALLEL) {
      for (let i = 0; i < PARALLEL; i++)
        connectToClose(build, world, firstPort + scattered(opened++, listeners));
      world.clock.runTasks();
      if (tick > 0) world.clock.advanceBy(tick);
    }
    if (closed !== opened) throw new Error(`closed ${closed} of ${opened}`);
  };
}
