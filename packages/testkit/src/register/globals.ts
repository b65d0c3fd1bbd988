import { currentProcess } from '../hosts/places.ts';
import type { World } from '../lab/world.ts';
import { builtin } from './builtins.ts';
import type { Patches } from './patches.ts';

interface Agent {
  readonly options?: object;
  destroy(): unknown;
}

/** Where undici, the npm package and Node's own, keeps the dispatcher of `fetch` and `request`; the latter since its version 7.29. */
const DISPATCHERS = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) =>
  Symbol.for(name),
);

/** Has programs on different hosts, and in different labs, share no connections: each has global agents of its own. */
export function separateGlobals(patches: Patches): void {
  const agents = builtin('_http_agent');
  separate(patches, agents, 'globalAgent');
  separate(patches, builtin('node:https'), 'globalAgent');
  patches.wrap(globalThis, 'fetch', (original) => {
    return function fetch(this: never, ...args: unknown[]) {
      if (currentProcess() !== null) separateDispatcher(patches);
      return Reflect.apply(original, this, args);
    };
  });
}

/** Called when a lab begins: undici may have been loaded since. */
export function separateDispatcher(patches: Patches): void {
  // Reading it loads Node's own, if it is not there yet. Bundlers leave out what is read for nothing.
  // eslint-disable-next-line n/no-unsupported-features/node-builtins -- marked experimental in Node 20, and there
  if (typeof globalThis.Headers !== 'function') return;
  // Node's own is in the first realm of the process, what a test of Jest loads in that of its file.
  const outermost = builtin('node:vm').runInThisContext('globalThis') as object;
  for (const global of new Set([outermost, globalThis]))
    for (const key of DISPATCHERS) separateOne(patches, global, key);
}

function separateOne(patches: Patches, global: object, key: symbol): void {
  const original: unknown = Reflect.get(global, key);
  if (typeof original !== 'object' || original === null || proxies.has(original)) return;
  const proxy = new Proxy(original, {
    get(target, member) {
      const own = ownOf(target);
      const value: unknown = Reflect.get(own, member, own);
      return typeof value === 'function' ? (value.bind(own) as unknown) : value;
    },
  });
  proxies.add(proxy);
  Reflect.set(global, key, proxy);
  patches.done(() => {
    if (Reflect.get(global, key) === proxy) Reflect.set(global, key, original);
  });
}

const proxies = new WeakSet<object>();

/** Closes what the programs of a lab have of them. */
export function closeGlobals(world: World): void {
  for (const { process } of world.hosts.values()) {
    for (const each of process.globals.values()) {
      const result: unknown = (each as Agent).destroy();
      if (result instanceof Promise) result.catch(() => undefined);
    }
  }
}

/** Has a property that holds an agent hold one for each program, in labs. */
function separate(patches: Patches, target: object, key: string): void {
  let original = Reflect.get(target, key) as Agent;
  patches.define(target, key, {
    enumerable: true,
    get: () => ownOf(original),
    set: (agent: Agent) => {
      const process = currentProcess();
      if (process === null) original = agent;
      else process.globals.set(original, agent);
    },
  });
}

/** What the running program has in place of `original`: one of the same class and options. */
function ownOf<T extends object>(original: T): T {
  const process = currentProcess();
  if (process === null) return original;
  const known = process.globals.get(original);
  if (known !== undefined) return known as T;
  const { constructor, options } = original as T & {
    constructor: new (options?: object) => T;
    options?: object;
  };
  const own = new constructor(options === undefined ? undefined : { ...options });
  process.globals.set(original, own);
  return own;
}
