import { builtin } from './builtins.ts';
import { virtualDate } from './clocks.ts';
import { currentProcess } from '../hosts/places.ts';
import { native } from '../time/native-timers.ts';
import type { Method, Patches } from './patches.ts';

/** Node's parser in C++, as its own modules use it. */
interface Parser extends Record<number, unknown> {
  headersCompleted(): boolean;
  duration(): number;
}

interface ConnectionsList {
  active(): Parser[];
}

/** As close as the date that Node puts into a header is to the real one. */
const NEAR = 5000;

/** Has `node:http` go by the lab's time where it does not go by timers: deadlines of requests, and `Date:` headers. */
export function replaceHttpTime(patches: Patches): void {
  const http = builtin('node:http');
  patches.wrap(http.OutgoingMessage.prototype, '_storeHeader', withVirtualDate);
  const server = http.createServer();
  server.emit('listening');
  const list = Object.getOwnPropertySymbols(server)
    .map((key) => Reflect.get(server, key) as object | null)
    .find((value) => typeof value === 'object' && value !== null && 'expired' in value);
  server.close();
  if (list === undefined) return;
  const begun = new WeakMap<Parser, number>();
  const { prototype } = parserClass();
  patches.wrap(prototype, 'initialize', (original) => {
    return function initialize(this: Parser, ...args: unknown[]) {
      const process = currentProcess();
      if (process !== null) watch(this, begun, () => process.world.clock.now());
      return Reflect.apply(original, this as never, args);
    };
  });
  patches.wrap(Object.getPrototypeOf(list) as object, 'expired', (original) => {
    return function expired(this: ConnectionsList, ...timeouts: unknown[]) {
      const process = currentProcess();
      if (process === null) return Reflect.apply(original, this as never, timeouts);
      const now = process.world.clock.now();
      const [headersTimeout = 0, requestTimeout = 0] = timeouts as number[];
      return this.active().filter((parser) => {
        const age = now - (begun.get(parser) ?? now);
        const limit = parser.headersCompleted() ? 0 : headersTimeout;
        return (limit > 0 && age > limit) || (requestTimeout > 0 && age > requestTimeout);
      });
    };
  });
}

function parserClass(): { readonly prototype: object; readonly kOnMessageBegin?: number } {
  const common = process.getBuiltinModule('_http_common') as unknown as {
    HTTPParser: { prototype: object };
  };
  return common.HTTPParser;
}

/** Notes when a message begins: the parser counts from its initialization, and from the first byte of each message. */
function watch(parser: Parser, begun: WeakMap<Parser, number>, now: () => number): void {
  begun.set(parser, now());
  const { kOnMessageBegin = 0 } = parserClass();
  parser[kOnMessageBegin] = () => {
    begun.set(parser, now());
    return 0;
  };
}

/** Node keeps its date in a cache that is filled by a clock of its own. */
function withVirtualDate(original: Method): Method {
  return function _storeHeader(this: { _header: string }, ...args: unknown[]) {
    const result = Reflect.apply(original, this as never, args);
    const date = virtualDate();
    if (date !== null)
      this._header = this._header.replace(/^Date: (.*)$/m, (line: string, shown: string) => {
        const text = shown.trim();
        const isNodes = Math.abs(native.Date.parse(text) - native.Date.now()) < NEAR;
        return isNodes ? line.replace(text, new native.Date(date).toUTCString()) : line;
      });
    return result;
  };
}
