import nodeNet from 'node:net';
import { patience } from '@halfclose/test-support';
import { expect } from 'vitest';
import net from '../src/index.ts';

/** The API under comparison: Node's own, or ours, which has the same types and more. */
export type NodeNet = typeof nodeNet;

/** What a scenario writes down: events, return values, errors. */
export type Log = unknown[];

/** Ours, seen as Node's. */
export const ours = net as unknown as NodeNet;

/** Plays a scenario on node:net and on ours, and expects the same log. */
export async function expectSame(scenario: (net: NodeNet, log: Log) => Promise<unknown>): Promise<void> {
  const expected: Log = [];
  const actual: Log = [];
  await Promise.all([scenario(nodeNet, expected), scenario(ours, actual)]);
  expect(actual).toEqual(expected);
}

/** An error's class, message and own fields, without what differs from run to run: ports, and our `reason`. */
export function shapeOf(error: unknown, ports: Record<number, string> = {}): unknown {
  if (!(error instanceof Error)) return error;
  const clean = (value: unknown): unknown => {
    if (typeof value === 'number' && value in ports) return ports[value];
    if (typeof value !== 'string') return value;
    return Object.entries(ports).reduce(
      (text, [port, name]) => text.replaceAll(`:${port}`, `:${name}`),
      value,
    );
  };
  const { reason: _reason, ...fields } = { ...error } as Record<string, unknown>;
  return {
    kind: error.constructor.name,
    name: error.name,
    message: clean(error.message),
    fields: Object.entries(fields).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map((each) => shapeOf(each, ports)) : clean(value),
    ]),
  };
}

/** What `call` throws, as a shape. */
export function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return shapeOf(error);
  }
  return 'nothing thrown';
}

/** Writes down the named events of an emitter as they come. */
export function record(
  log: Log,
  name: string,
  emitter: NodeJS.EventEmitter,
  events: readonly string[],
  ports: Record<number, string> = {},
): void {
  for (const event of events) {
    emitter.on(event, (...args: unknown[]) => {
      log.push([
        `${name} ${event}`,
        ...args.map((arg) => (arg instanceof Error ? shapeOf(arg, ports) : plain(arg, ports))),
      ]);
    });
  }
}

function plain(value: unknown, ports: Record<number, string>): unknown {
  if (typeof value === 'number') return ports[value] ?? value;
  return Buffer.isBuffer(value)
    ? String(value)
    : typeof value === 'object' && value !== null
      ? '(object)'
      : value;
}

/** Listens on a free port of 127.0.0.1 and returns it. */
export async function listening(server: nodeNet.Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return (server.address() as nodeNet.AddressInfo).port;
}

/** Waits for an event, errors or not. */
export function event(emitter: NodeJS.EventEmitter, name: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    emitter.once(name, (...args: unknown[]) => {
      resolve(args);
    });
  });
}

/** Two turns of the event loop and more: enough for loopback to fall silent. */
export async function quiet(milliseconds = 30): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Lets the event loop turn until `isDone`. */
export async function turnUntil(isDone: () => boolean, what: string): Promise<void> {
  // Many turns are no time: what is waited for may need some.
  for (const turn = patience(`not: ${what}`, 5_000_000); !isDone(); turn()) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
