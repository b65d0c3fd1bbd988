import { currentProcess } from '../hosts/places.ts';
import type { RandomBytes } from '../hosts/random-bytes.ts';
import { builtin } from './builtins.ts';
import type { Method, Patches } from './patches.ts';

type Callback = (error: Error | null, result?: unknown) => void;

/** Has all that a program draws by chance come from the seed, in labs. */
export function replaceRandomness(patches: Patches): void {
  patches.wrap(
    Math,
    'random',
    orSeeded((random) => random.uniform()),
  );
  const crypto = builtin('node:crypto');
  patches.wrap(crypto, 'randomBytes', orSeeded(randomBytes));
  patches.wrap(crypto, 'pseudoRandomBytes', orSeeded(randomBytes));
  patches.wrap(crypto, 'randomFillSync', orSeeded(fillSync));
  patches.wrap(crypto, 'randomFill', orSeeded(fillLater));
  patches.wrap(crypto, 'randomUUID', orSeeded(uuid));
  patches.wrap(crypto, 'randomInt', orSeeded(randomInt));
  const { webcrypto } = crypto as { webcrypto: object };
  const prototype = Object.getPrototypeOf(webcrypto) as object;
  patches.wrap(prototype, 'getRandomValues', orSeeded(getRandomValues));
  patches.wrap(prototype, 'randomUUID', orSeeded(uuid));
}

/** What is drawn outside of labs is as before. */
function orSeeded(draw: (random: RandomBytes, ...args: never[]) => unknown): (original: Method) => Method {
  return (original) =>
    function (this: never, ...args: unknown[]) {
      const process = currentProcess();
      return process === null
        ? Reflect.apply(original, this, args)
        : draw(process.random, ...(args as never[]));
    };
}

function randomBytes(random: RandomBytes, size: number, callback?: Callback): Buffer | undefined {
  // Node's own words for what is no size.
  const bytes = Buffer.alloc(size);
  random.fill(bytes);
  if (callback === undefined) return bytes;
  setImmediate(callback, null, bytes);
  return undefined;
}

function fillSync(
  random: RandomBytes,
  buffer: ArrayBufferView | ArrayBuffer,
  offset = 0,
  size?: number,
): unknown {
  random.fill(partOf(buffer, offset, size));
  return buffer;
}

function fillLater(random: RandomBytes, buffer: ArrayBufferView | ArrayBuffer, ...rest: unknown[]): void {
  const callback = rest.pop() as Callback;
  const [offset = 0, size] = rest as [number?, number?];
  fillSync(random, buffer, offset, size);
  setImmediate(callback, null, buffer);
}

function partOf(buffer: ArrayBufferView | ArrayBuffer, offset: number, size?: number): Uint8Array {
  if (!ArrayBuffer.isView(buffer)) return new Uint8Array(buffer, offset, size);
  const unit = 'BYTES_PER_ELEMENT' in buffer ? (buffer.BYTES_PER_ELEMENT as number) : 1;
  const length = size === undefined ? buffer.byteLength - offset * unit : size * unit;
  return new Uint8Array(buffer.buffer, buffer.byteOffset + offset * unit, length);
}

function getRandomValues(random: RandomBytes, array: ArrayBufferView): ArrayBufferView {
  random.fill(array);
  return array;
}

/** RFC 9562, section 5.4. */
function uuid(random: RandomBytes): string {
  const bytes = Buffer.alloc(16);
  random.fill(bytes);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function randomInt(random: RandomBytes, ...args: (number | Callback | undefined)[]): number | undefined {
  const callback = args.find((each): each is Callback => typeof each === 'function');
  const [first = 0, second] = args.filter((each): each is number => typeof each === 'number');
  const [least, bound] = second === undefined ? [0, first] : [first, second];
  const value = least + Math.floor(random.uniform() * (bound - least));
  if (callback === undefined) return value;
  setImmediate(callback, null, value);
  return undefined;
}
