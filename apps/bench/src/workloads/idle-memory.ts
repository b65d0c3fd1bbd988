import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect, listen, type Net } from '../subject.ts';

/** What one idle connection costs, both of its ends counted. Wherever the state is kept, it is in both figures. */
export interface IdleMemory {
  /** Octets of V8's heap, of memory that belongs to its objects, and of the kernel's slabs. */
  readonly heap: number;
  /** Octets of resident memory and of the kernel's slabs. */
  readonly rss: number;
}

/** Descriptors that a process needs besides those of its connections. */
const SPARE_DESCRIPTORS = 300;

/** Idle connections to measure: 10,000, or what the limit of open files lets node:net have with both ends here. */
export function idleConnections(): number {
  const report: unknown = process.report.getReport();
  const limit = softLimitOfOpenFiles(report);
  return Math.min(10_000, Math.floor((limit - SPARE_DESCRIPTORS) / 2));
}

function softLimitOfOpenFiles(report: unknown): number {
  const limits = field(field(report, 'userLimits'), 'open_files');
  const soft = field(limits, 'soft');
  return typeof soft === 'number' ? soft : Infinity;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
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
  const kernel = slabOctets();
  return { heap: heapUsed + external + kernel, rss: rss + kernel };
}

/** What the kernel holds in slabs that it cannot give back: its sockets are there. 0 where it does not tell. */
function slabOctets(): number {
  try {
    const kibibytes = /^SUnreclaim:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return Number(kibibytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
