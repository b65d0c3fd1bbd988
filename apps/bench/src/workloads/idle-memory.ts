import type { Socket } from 'node:net';
import { connect, listen, type Net } from '../subject.ts';

/** What one idle connection costs, both of its ends counted. */
export interface IdleMemory {
  /** Octets of V8's heap and of array buffers. */
  readonly heap: number;
  /** Octets of resident memory. */
  readonly rss: number;
}

/**
 * Opens `connections`, sends nothing on them, and divides what the process has grown by their number. Only a fresh
 * process with --expose-gc gives a fair figure.
 */
export async function idleMemory(net: Net, connections: number): Promise<IdleMemory> {
  const ends: Socket[] = [];
  const server = await listen(net, (socket) => {
    ends.push(socket);
  });
  // What is made once is made before the first reading.
  for (let i = 0; i < 100; i++) ends.push(await connect(net, server.port));
  const before = settled();
  for (let i = 0; i < connections; i++) ends.push(await connect(net, server.port));
  const after = settled();
  if (ends.length < 2 * connections) throw new Error(`only ${ends.length} ends are open`);
  return { heap: (after.heap - before.heap) / connections, rss: (after.rss - before.rss) / connections };
}

function settled(): IdleMemory {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  for (let i = 0; i < 4; i++) globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}
