import { SocketError } from '@halfclose/promises';

/** Names of the errors of Deno that calls of sockets end with. */
export type DenoErrorName =
  | 'AddrInUse'
  | 'AddrNotAvailable'
  | 'BadResource'
  | 'BrokenPipe'
  | 'Busy'
  | 'ConnectionAborted'
  | 'ConnectionRefused'
  | 'ConnectionReset'
  | 'Interrupted'
  | 'NotConnected'
  | 'NotSupported'
  | 'TimedOut';

type DenoErrorClass = new (message: string) => Error;

/** What Deno calls an error number of Linux; others are plain errors there, too. */
const NAMES: Readonly<Partial<Record<SocketError['code'], DenoErrorName>>> = {
  EADDRINUSE: 'AddrInUse',
  EADDRNOTAVAIL: 'AddrNotAvailable',
  EPIPE: 'BrokenPipe',
  ECONNABORTED: 'ConnectionAborted',
  ECONNREFUSED: 'ConnectionRefused',
  ECONNRESET: 'ConnectionReset',
  ENOTCONN: 'NotConnected',
  ETIMEDOUT: 'TimedOut',
};

/** The classes by which errors are known: in Deno those of `Deno.errors`, elsewhere ones of the same names. */
export const errors: Readonly<Record<DenoErrorName, DenoErrorClass>> = {
  AddrInUse: classOf('AddrInUse'),
  AddrNotAvailable: classOf('AddrNotAvailable'),
  BadResource: classOf('BadResource'),
  BrokenPipe: classOf('BrokenPipe'),
  Busy: classOf('Busy'),
  ConnectionAborted: classOf('ConnectionAborted'),
  ConnectionRefused: classOf('ConnectionRefused'),
  ConnectionReset: classOf('ConnectionReset'),
  Interrupted: classOf('Interrupted'),
  NotConnected: classOf('NotConnected'),
  NotSupported: classOf('NotSupported'),
  TimedOut: classOf('TimedOut'),
};

/** What Deno would reject with. The socket's error, with the reason that the stack knows, is its `cause`. */
export function denoErrorOf(failure: unknown): unknown {
  if (!(failure instanceof SocketError)) return failure;
  if (failure.code === 'EBADF') return badResource();
  if (failure.code === 'ECANCELED')
    return withFields(new errors.Interrupted('operation canceled'), 'EINTR', failure);
  if (failure.code === 'ENOTFOUND')
    return new Error('failed to lookup address information: Name or service not known', { cause: failure });
  const name = NAMES[failure.code];
  const made = name === undefined ? Error : errors[name];
  return withFields(new made(`${failure.text} (os error ${-failure.errno})`), failure.code, failure);
}

/** A resource that was closed. */
export function badResource(message = 'Bad resource ID'): Error {
  return new errors.BadResource(message);
}

function withFields(error: Error, code: string, cause: SocketError): Error {
  return Object.defineProperty(Object.assign(error, { code }), 'cause', {
    value: cause,
    configurable: true,
    writable: true,
  });
}

function classOf(name: DenoErrorName): DenoErrorClass {
  const deno: unknown = Reflect.get(globalThis, 'Deno');
  const own: unknown = isObject(deno) && isObject(deno['errors']) ? deno['errors'][name] : undefined;
  return isErrorClass(own) ? own : classNamed(name);
}

function classNamed(name: DenoErrorName): DenoErrorClass {
  const made = class extends Error {
    override readonly name = name;
  };
  Object.defineProperty(made, 'name', { value: name });
  return made;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isErrorClass(value: unknown): value is DenoErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error;
}
