import { codedError, invalidArgumentType, outOfRange } from '../errors.ts';

/** Whether an option was left out: Node takes `null` for that in most places. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** Whether an option is on, as loosely as Node takes it. */
export function isOn(value: unknown): boolean {
  return Boolean(value);
}

/** Throws ERR_INVALID_ARG_TYPE unless `value` is a number. */
export function requireNumber(value: unknown, name: string): asserts value is number {
  if (typeof value !== 'number') throw invalidArgumentType(name, 'of type number', value);
}

/** Throws ERR_INVALID_ARG_TYPE unless `value` is a boolean. */
export function requireBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw invalidArgumentType(name, 'of type boolean', value);
}

/** Throws ERR_INVALID_ARG_TYPE unless `value` is a function. */
export function requireFunction(
  value: unknown,
  name: string,
): asserts value is (...args: never[]) => unknown {
  if (typeof value !== 'function') throw invalidArgumentType(name, 'of type function', value);
}

/** Throws ERR_INVALID_ARG_TYPE unless `value` is a string. */
export function requireString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw invalidArgumentType(name, 'of type string', value);
}

/** Throws unless `value` is an integer of 32 bits, at least `min` and at most `max`. */
export function requireInt32(
  value: unknown,
  name: string,
  min: number,
  max = 0x7fff_ffff,
): asserts value is number {
  requireNumber(value, name);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}

/** Throws ERR_SOCKET_BAD_PORT unless `port` is a number or a string that stands for 0 to 65535. */
export function requirePort(port: unknown, name = 'Port'): void {
  const isNumber = typeof port === 'number' || (typeof port === 'string' && port.trim().length > 0);
  if (isNumber && Number(port) === Number(port) >>> 0 && Number(port) <= 0xffff) return;
  const shown =
    typeof port === 'string' ? `type string ('${port}')` : `type ${typeof port} (${String(port)})`;
  const received = isAbsent(port)
    ? String(port)
    : typeof port === 'object' || typeof port === 'function'
      ? describe(port)
      : shown;
  throw codedError(
    RangeError,
    'ERR_SOCKET_BAD_PORT',
    `${name} should be >= 0 and < 65536. Received ${received}.`,
  );
}

/** The port that a number stands for where Node does not check it: it gets to C as an int, and what does not fit is cut off. */
export function portOf(port: unknown): number {
  return Number(port) & 0xffff;
}

/** Throws ERR_INVALID_ARG_TYPE unless `signal` is an AbortSignal, by its looks. */
export function requireAbortSignal(signal: unknown, name: string): asserts signal is AbortSignal {
  if (signal === null || typeof signal !== 'object' || !('aborted' in signal)) {
    throw invalidArgumentType(name, 'an instance of AbortSignal', signal);
  }
}

const LONGEST_TIMEOUT = 0x7fff_ffff;

/** The milliseconds of a timeout, bounded as timers are. */
export function timeoutOf(value: unknown, name: string): number {
  requireNumber(value, name);
  if (value < 0 || !Number.isFinite(value)) throw outOfRange(name, 'a non-negative finite number', value);
  if (value <= LONGEST_TIMEOUT) return value;
  process.emitWarning(
    `${value} does not fit into a 32-bit signed integer.\nTimer duration was truncated to ${LONGEST_TIMEOUT}.`,
    'TimeoutOverflowWarning',
  );
  return LONGEST_TIMEOUT;
}

function describe(value: object): string {
  if (typeof value === 'function') return 'function ';
  return `an instance of ${value.constructor.name}`;
}
