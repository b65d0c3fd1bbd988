import { currentProcess } from '../hosts/places.ts';
import { realWork } from '../time/real-work.ts';
import { builtin } from './builtins.ts';
import type { Patches } from './patches.ts';

/** Has work that `async_hooks` does not show hold the clock: compression, WebAssembly, and Web Crypto of Node 24. */
export function countRealWork(patches: Patches): void {
  countCompression(patches);
  const { WebAssembly } = globalThis as unknown as { WebAssembly: object };
  for (const name of ['compile', 'instantiate', 'compileStreaming', 'instantiateStreaming'])
    holdWhilePending(patches, WebAssembly, name);
  const { subtle } = builtin('node:crypto').webcrypto;
  const prototype = Object.getPrototypeOf(subtle) as object;
  for (const name of Object.getOwnPropertyNames(prototype))
    if (name !== 'constructor') holdWhilePending(patches, prototype, name);
}

/** Has the clock stand still until what a method returns is settled. */
function holdWhilePending(patches: Patches, target: object, name: string): void {
  patches.wrap(target, name, (original) => {
    return function (this: never, ...args: unknown[]) {
      const result = Reflect.apply(original, this, args);
      if (currentProcess() === null || !(result instanceof Promise)) return result;
      const end = realWork.hold();
      result.then(end, end);
      return result;
    };
  });
}

interface Handle {
  getAsyncId(): number;
}

function countCompression(patches: Patches): void {
  const zlib = builtin('node:zlib');
  const makers = ['createGzip', 'createBrotliCompress', 'createZstdCompress'] as const;
  const seen = new Set<object>();
  for (const name of makers) {
    const make = Reflect.get(zlib, name) as (() => { _handle: object; close(): void }) | undefined;
    if (make === undefined) continue;
    const stream = make();
    let prototype = Object.getPrototypeOf(stream._handle) as object;
    while (!Object.hasOwn(prototype, 'write') && Object.getPrototypeOf(prototype) !== null)
      prototype = Object.getPrototypeOf(prototype) as object;
    stream.close();
    if (seen.has(prototype)) continue;
    seen.add(prototype);
    patches.wrap(prototype, 'write', (original) => {
      return function write(this: Handle, ...args: unknown[]) {
        realWork.begin(this.getAsyncId(), 'ZLIB', this);
        return Reflect.apply(original, this as never, args);
      };
    });
  }
}
