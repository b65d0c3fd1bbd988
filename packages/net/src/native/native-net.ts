import net from 'node:net';

const KEY = Symbol.for('halfclose.net.native');
/** All realms of a process (vm contexts: the test files of Jest) share `node:net`, and this object of Node's. */
const shared = (process.getBuiltinModule('node:process') ?? globalThis) as unknown as { [KEY]?: typeof net };

/** What `node:net` exported when the first copy of this package was loaded: `register` replaces some of it. */
const nodeNet = (shared[KEY] ??= Object.defineProperties(
  {} as typeof net,
  Object.getOwnPropertyDescriptors(net),
));

/** Node's getters for what it loads at the first use. */
const lazy = Object.defineProperties({} as Pick<typeof nodeNet, 'BlockList' | 'SocketAddress'>, {
  BlockList: Object.getOwnPropertyDescriptor(nodeNet, 'BlockList') ?? {},
  SocketAddress: Object.getOwnPropertyDescriptor(nodeNet, 'SocketAddress') ?? {},
});

/**
 * The runtime's own `net`: what goes through pipes, file descriptors and
 * handles is its business, whatever is put in its place later.
 */
export const native = {
  Socket: nodeNet.Socket,
  Server: nodeNet.Server,
  connect: nodeNet.connect,
  createServer: nodeNet.createServer,
  /** Of Node 24 and later; the types of Node 20 do not know it. */
  BoundSocket: Reflect.get(nodeNet, 'BoundSocket') as (new (options?: unknown) => object) | undefined,
  isIP: nodeNet.isIP,
  isIPv4: nodeNet.isIPv4,
  isIPv6: nodeNet.isIPv6,
  getDefaultAutoSelectFamily: nodeNet.getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily: nodeNet.setDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout: nodeNet.getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout: nodeNet.setDefaultAutoSelectFamilyAttemptTimeout,
  get BlockList(): typeof nodeNet.BlockList {
    return lazy.BlockList;
  },
  get SocketAddress(): typeof nodeNet.SocketAddress {
    return lazy.SocketAddress;
  },
};

/** What `net` exports without documenting it: packages use it, types do not know it. */
interface UndocumentedExports {
  readonly _normalizeArgs: (args: readonly unknown[]) => NormalizedArguments;
  readonly _createServerHandle: (...args: unknown[]) => unknown;
}

/** The arguments of `connect` and `listen`: options and callback, marked so that they are not read again. */
export type NormalizedArguments = [
  options: Record<string, unknown>,
  callback: ((...args: unknown[]) => void) | null,
];

const undocumented = nodeNet as unknown as UndocumentedExports;

/** See {@link UndocumentedExports}. */
export const { _normalizeArgs: normalizeArgs, _createServerHandle: createServerHandle } = undocumented;
/** See {@link UndocumentedExports}. */
export const setSimultaneousAccepts = Reflect.get(nodeNet, '_setSimultaneousAccepts') as
  (() => void) | undefined;

/** The symbol by which Node marks arguments that `_normalizeArgs` has read. */
const normalizedMark = Object.getOwnPropertySymbols(normalizeArgs([]))[0];

/** The arguments of `connect`, read unless they have been read before. */
export function readArguments(args: readonly unknown[]): NormalizedArguments {
  const first = args[0];
  if (normalizedMark !== undefined && Array.isArray(first) && normalizedMark in first) {
    return first as unknown as NormalizedArguments;
  }
  return normalizeArgs(args);
}
