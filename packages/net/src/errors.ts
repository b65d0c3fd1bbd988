import { getSystemErrorMap, inspect } from 'node:util';
import { Errno, errnoName } from '@halfclose/sockets';

/** An error as the system's calls give it, with what Node adds. */
export interface SystemError extends Error {
  errno: number;
  code: string;
  syscall: string;
  /** `null`: of what was bound before. */
  address?: string | null;
  port?: number;
  localAddress?: string;
  localPort?: number;
  /** Why the connection failed, as far as the stack knows more than the code says. */
  reason?: string;
}

/** An error of Node's own, told by its code. */
export interface CodedError extends Error {
  code: string;
}

/** errno on this platform, as Node counts (negative), and its text, by name. */
const systemErrors = new Map(
  [...getSystemErrorMap()].map(([errno, [name, text]]): [string, { errno: number; text: string }] => [
    name,
    { errno, text },
  ]),
);

/** `code`, `errno` and text for an error number of the stack (Linux's, negated). */
function describe(errno: number): { code: string; errno: number; text: string } {
  const code = errnoName(errno) ?? (errno === ECANCELED ? 'ECANCELED' : `Unknown system error ${errno}`);
  const known = systemErrors.get(code);
  return { code, errno: known?.errno ?? errno, text: known?.text ?? 'unknown error' };
}

/** libuv's answer to a request that was given up: not an error of the stack. */
export const ECANCELED = -125;

/** EBADF as the stack says it. */
export const EBADF: number = -Errno.EBADF;

/** As Node's ErrnoException: `read ECONNRESET`. */
export function errnoException(errno: number, syscall: string, reason?: string): SystemError {
  const { code, errno: number } = describe(errno);
  const error = Object.assign(new Error(`${syscall} ${code}`), { errno: number, code, syscall });
  return withReason(error, reason);
}

/** As Node's ExceptionWithHostPort: `connect ECONNREFUSED 127.0.0.1:1`. `local`: what is said of the near end. */
export function addressException(
  errno: number,
  syscall: string,
  address: string,
  port: number,
  local?: string,
  reason?: string,
): SystemError {
  const { code, errno: number } = describe(errno);
  const nearEnd = local === undefined ? '' : ` - Local (${local})`;
  const error: SystemError = Object.assign(
    new Error(`${syscall} ${code}${endpoint(address, port)}${nearEnd}`),
    {
      errno: number,
      code,
      syscall,
      address,
    },
  );
  if (port) error.port = port;
  return withReason(error, reason ?? elsewhere(syscall, code));
}

/** As Node's UVExceptionWithHostPort: `listen EADDRINUSE: address already in use :::80`. */
export function listenException(
  errno: number,
  syscall: string,
  address: string | null,
  port: number,
): SystemError {
  const { code, errno: number, text } = describe(errno);
  const error: SystemError = Object.assign(
    new Error(`${syscall} ${code}: ${text}${endpoint(address ?? '', port)}`),
    {
      code,
      errno: number,
      syscall,
      address,
    },
  );
  if (port) error.port = port;
  return withReason(error, elsewhere(syscall, code));
}

function endpoint(address: string, port: number): string {
  if (port > 0) return ` ${address}:${port}`;
  return address === '' ? '' : ` ${address}`;
}

/** Who expects a kernel's network to be here is told of this one, as the code alone leads astray. */
function elsewhere(syscall: string, code: string): string | undefined {
  // Of connect(2), EADDRNOTAVAIL says that no port is left.
  const isOurs = code === 'ENETUNREACH' || (code === 'EADDRNOTAVAIL' && syscall !== 'connect');
  if (!isOurs) return undefined;
  const what = syscall === 'connect' ? 'has no way to the address' : 'does not have the address';
  return `the host is within this process, not the machine, and ${what}: createNet(host) takes others`;
}

function withReason(error: SystemError, reason: string | undefined): SystemError {
  if (reason !== undefined) error.reason = reason;
  return error;
}

/** All of several attempts failed: Node's AggregateError without a message and with the first error's code. */
export function attemptsError(errors: Error[]): AggregateError & { code: unknown } {
  const [first] = errors;
  const code: unknown = first !== undefined && 'code' in first ? first.code : undefined;
  return Object.assign(new AggregateError(errors), { code });
}

type Constructor = new (message: string) => Error;

/** An error of Node's own: the stack says `TypeError [ERR_X]: ...`, the name stays `TypeError`. */
export function codedError(Base: Constructor, code: string, message: string): CodedError {
  const error = Object.assign(new Base(message), { code });
  const { name } = error;
  Object.defineProperty(error, 'name', { value: `${name} [${code}]`, configurable: true, writable: true });
  // The header of the stack is made when it is first read.
  void error.stack;
  Reflect.deleteProperty(error, 'name');
  Object.defineProperty(error, 'toString', {
    value: () => `${name} [${code}]: ${error.message}`,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return error;
}

/** ERR_INVALID_ARG_TYPE; `expected` as in Node's text: `of type number`, `an instance of Uint8Array`. */
export function invalidArgumentType(name: string, expected: string, actual: unknown): CodedError {
  const kind = name.includes('.') ? 'property' : 'argument';
  return codedError(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" ${kind} must be ${expected}.${received(actual)}`,
  );
}

/** ERR_INVALID_ARG_VALUE. */
export function invalidArgumentValue(name: string, value: unknown, reason = 'is invalid'): CodedError {
  const kind = name.includes('.') ? 'property' : 'argument';
  let shown = inspect(value);
  if (shown.length > 128) shown = `${shown.slice(0, 128)}...`;
  return codedError(TypeError, 'ERR_INVALID_ARG_VALUE', `The ${kind} '${name}' ${reason}. Received ${shown}`);
}

/** ERR_OUT_OF_RANGE. */
export function outOfRange(name: string, range: string, actual: unknown): CodedError {
  let shown = inspect(actual);
  if (typeof actual === 'number' && Number.isInteger(actual) && Math.abs(actual) > 2 ** 32) {
    shown = String(actual).replace(/\B(?=(\d{3})+$)/g, '_');
  }
  return codedError(
    RangeError,
    'ERR_OUT_OF_RANGE',
    `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`,
  );
}

function received(value: unknown): string {
  if (value === undefined || value === null) return ` Received ${String(value)}`;
  if (typeof value === 'function') return ` Received function ${value.name}`;
  if (typeof value === 'object') {
    const { constructor } = value;
    if (typeof constructor === 'function' && constructor.name)
      return ` Received an instance of ${constructor.name}`;
    return ` Received ${inspect(value, { depth: -1 })}`;
  }
  let shown = inspect(value, { colors: false });
  if (shown.length > 28) shown = `${shown.slice(0, 25)}...`;
  return ` Received type ${typeof value} (${shown})`;
}

/** ERR_INVALID_HANDLE_TYPE: what cannot go to another process. */
export function unsendable(): CodedError {
  return codedError(
    TypeError,
    'ERR_INVALID_HANDLE_TYPE',
    'This handle type cannot be sent: it is on the network of this process',
  );
}

/** ERR_SOCKET_CLOSED. */
export function socketClosed(): CodedError {
  return codedError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed');
}
