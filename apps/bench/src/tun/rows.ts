import type { AddressInfo, Server, Socket } from 'node:net';
import type { Peer, Task } from './peer.ts';
import type { Side } from './side.ts';

/** What a run of a row gave. */
export interface Figure {
  /** Bytes, connections or round trips a second. */
  readonly rate: number;
  /** Microseconds of CPU time of this process for each kilobyte, connection or round trip. */
  readonly cpu: number;
}

/** A row: what the server does, what the peer does, how often. */
export interface TunRow {
  readonly name: string;
  readonly unit: string;
  readonly goal: number;
  readonly mtu: number;
  readonly task: Task;
  readonly amount: number;
  /** How many of `amount` are one of the unit. */
  readonly per: number;
  readonly serve: (socket: Socket) => void;
}

const MIB = 2 ** 20;
const BULK = 1024 * MIB;
const PIECE = Buffer.alloc(65_536, 'x');

/** Writes so many bytes from one buffer, which the receiver's side copies. */
function send(socket: Socket): void {
  let left = BULK;
  const more = (): void => {
    while (left > 0) {
      left -= PIECE.length;
      if (!socket.write(PIECE)) {
        socket.once('drain', more);
        return;
      }
    }
    socket.end();
  };
  // The peer goes when it has all.
  socket.on('error', () => undefined).resume();
  more();
}

function take(socket: Socket): void {
  let sum = 0;
  socket.on('data', (chunk: Buffer) => (sum += chunk[0] ?? 0));
  socket.on('end', () => socket.end(String(sum)));
}

function answer(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => socket.write(chunk));
  socket.on('end', () => socket.end());
}

function end(socket: Socket): void {
  socket.on('end', () => socket.end()).resume();
}

const BYTES = { unit: 'MB/s', amount: BULK, per: 1e6 };

/** The rows of one connection or many over TCP. */
export const TUN_ROWS: readonly TunRow[] = [
  { name: 'send, MTU 1500 with TSO', goal: 1.5, mtu: 1500, task: 'read', ...BYTES, serve: send },
  { name: 'receive, MTU 1500 with TSO', goal: 0.55, mtu: 1500, task: 'write', ...BYTES, serve: take },
  { name: 'receive, MTU 65535', goal: 0.85, mtu: 65_535, task: 'write', ...BYTES, serve: take },
  {
    name: 'accept + close',
    unit: '1/s',
    goal: 1.2,
    mtu: 1500,
    task: 'connect',
    amount: 10_000,
    per: 1,
    serve: end,
  },
  {
    name: 'round trips',
    unit: '1/s',
    goal: 0.9,
    mtu: 1500,
    task: 'rounds',
    amount: 50_000,
    per: 1,
    serve: answer,
  },
];

/** Runs a row once on one side. */
export async function runRow({ task, amount, per, serve }: TunRow, side: Side, peer: Peer): Promise<Figure> {
  const server: Server = await side.listen(serve);
  const { port } = server.address() as AddressInfo;
  const before = process.cpuUsage();
  const seconds = await peer.run(task, side.address, port, amount);
  const { user, system } = process.cpuUsage(before);
  server.close();
  const cpuOf = per === 1 ? amount : amount / 1000;
  return { rate: amount / per / seconds, cpu: (user + system) / cpuOf };
}
