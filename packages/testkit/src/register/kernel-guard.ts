import { LabError } from '../errors.ts';
import { currentProcess } from '../hosts/places.ts';
import { builtin } from './builtins.ts';
import type { Patches } from './patches.ts';

/** Has what would reach the kernel's network from within a lab throw. To be called before `node:net` is swapped. */
export function guardKernel(patches: Patches): void {
  const net = builtin('node:net');
  const dgram = builtin('node:dgram');
  guard(patches, net.Socket.prototype, 'connect', 'a socket of the kernel would connect');
  guard(patches, net.Server.prototype, 'listen', 'a server of the kernel would listen');
  for (const name of ['bind', 'connect', 'send'])
    guard(patches, dgram.Socket.prototype, name, `${name}() of a UDP socket`);
}

function guard(patches: Patches, target: object, key: string, what: string): void {
  patches.wrap(target, key, (original) => {
    return function (this: never, ...args: unknown[]) {
      if (currentProcess() !== null && !isNoName(args) && !isOverOurs(this, args)) throw leaving(what, args);
      return Reflect.apply(original, this, args);
    };
  });
}

/** `net` has its own socket refuse what is no name of a host, in its own words. */
function isNoName([options]: unknown[]): boolean {
  if (typeof options !== 'object' || options === null || !('host' in options)) return false;
  const { host } = options;
  return host !== undefined && (typeof host !== 'string' || host.includes('\0'));
}

/** A TLS socket is one of the runtime's, over a handle of the lab, unless it goes to a path. */
function isOverOurs(socket: object, args: unknown[]): boolean {
  return 'encrypted' in socket && !isPath(optionsOf(args)['path']);
}

function isPath(path: unknown): path is string {
  return typeof path === 'string' && path !== '';
}

function leaving(what: string, args: readonly unknown[]): LabError {
  return new LabError(
    'ERR_LAB_KERNEL',
    `${what}${targetOf(args)}: in a lab all is on its network. A path or UDP cannot be; a module that took net.connect before ` +
      "'@halfclose/testkit/register' was loaded has to be loaded after it; lab.outside(() => ...) leaves the lab",
  );
}

function targetOf(args: readonly unknown[]): string {
  const [first] = args.flat();
  if (typeof first === 'string') return ` to ${first}`;
  const { path, host = 'localhost', port } = optionsOf(args);
  if (isPath(path)) return ` to ${path}`;
  return typeof port === 'number' || typeof port === 'string'
    ? ` to ${typeof host === 'string' ? host : ''}:${port}`
    : '';
}

/** The options of a call, as they are given or, as `net` passes them on, in an array. */
function optionsOf(args: readonly unknown[]): Partial<Record<'path' | 'host' | 'port', unknown>> {
  const [first] = args.flat();
  return typeof first === 'object' && first !== null ? first : {};
}
