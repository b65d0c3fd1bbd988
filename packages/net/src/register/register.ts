import type { Server } from 'node:net';
import { profile, PROFILES } from '@halfclose/stack';
import { setBridgeFactory } from '../handle/bridges.ts';
import { createNetOn } from '../create-net.ts';
import { defaultHost, makeDefaultHost } from '../network/default-host.ts';
import { codedError } from '../errors.ts';
import { Network } from '../network/network.ts';
import { chosenBy } from '../network/program-network.ts';
import { type KernelUse, Routing } from '../network/routing.ts';
import type { Net } from '../types.ts';
import { type Inspection, openInspection } from '../inspect/open-inspection.ts';
import { createBridgeConstructor } from './bridge.ts';
import { type Builtins, loadBuiltins } from './builtins.ts';
import { capture } from './capture.ts';
import { lookUpLocalhost } from './localhost.ts';
import { nativeStreams } from './native-streams.ts';
import { checkRegisterOptions, type Publication, type RegisterOptions } from './options.ts';
import { Patches } from './patches.ts';
import { publish } from './publish.ts';
import { testStreams } from './self-test.ts';
import { refuseToSend } from './unsendable.ts';
import { tlsOverStreams } from './streams-tls.ts';
import { swapNet } from './swap.ts';
import { tlsOverBridges } from './bridged-tls.ts';

/** A process that is swapped. */
export interface Registration {
  /** The copy of the API that stands in the place of `node:net`. */
  readonly net: Net;
  /** How TLS and HTTP/2 reach our sockets; `null`: this Node has neither. */
  readonly tls: 'native' | 'streams' | null;
  /** How many connections and listeners have gone to the kernel. */
  readonly kernelUses: number;
  /** The last thousand of them. */
  readonly lastKernelUses: readonly KernelUse[];
  /** The kernel's side of what is published. */
  readonly published: readonly Server[];
  /** See {@link unregister}. */
  readonly unregister: () => void;
}

const KEY = Symbol.for('halfclose.net.registration');
/** One for all copies of this package: there is one `node:net` to stand for. */
const global = globalThis as { [KEY]?: Registration | undefined };

/**
 * Swaps the whole process: from now on what it has of `node:net`, and so `node:http`, `node:https`, `node:tls`,
 * `node:http2`, `fetch` and every package, is on the network of the default host. To be called before sockets are made;
 * the entry `./register` of this package, loaded by `node --import`, does it before the program. Sockets and servers that there are stay where they are.
 *
 * Again, it gives the registration that there is.
 *
 * @throws TypeError or RangeError that names the option; Error if there is a registration and `options` are given;
 *   ERR_HALFCLOSE_RUNTIME in Bun and Deno
 */
export function register(options?: RegisterOptions): Registration {
  const registered = global[KEY];
  if (registered !== undefined) {
    if (options === undefined || Object.keys(options).length === 0) return registered;
    throw new Error('this process is registered already: unregister() before registering with other options');
  }
  requireNode();
  const given = options ?? {};
  checkRegisterOptions(given);
  return (global[KEY] = swap(given));
}

/** Takes back what {@link register} did. Sockets and servers of ours go on working, and none are made any more. */
export function unregister(): void {
  global[KEY]?.unregister();
}

/** Elsewhere the other modules stand on something else: what is swapped would be a part, and nobody would be told which. */
function requireNode(): void {
  const other = Object.entries({ bun: 'Bun', deno: 'Deno' }).find(([name]) => name in process.versions);
  if (other === undefined) return;
  throw codedError(
    Error,
    'ERR_HALFCLOSE_RUNTIME',
    `a whole process can be swapped in Node only: node:http, node:tls and fetch of ${other[1]} are not made of node:net. ` +
      'Import @halfclose/net in place of node:net',
  );
}

function swap(options: RegisterOptions): Registration {
  if (options.network === undefined) warnIfLate();
  if (options.profile !== undefined) makeDefaultHost(profile({}, PROFILES[options.profile]));
  const builtins = loadBuiltins();
  const patches = new Patches();
  const routing = new Routing(defaultHost, options);
  const network = networkOf(options, routing);
  const net = createNetOn(network);
  if (options.capture !== undefined) patches.done(capture(defaultHost(), options.capture));
  const inspection = inspectionOf(options.inspect);
  if (inspection !== null)
    patches.done(() => {
      inspection.close();
    });
  const tls = swapTls(patches, builtins, options, network, net);
  swapNet(patches, net, builtins);
  refuseToSend(patches);
  lookUpLocalhost(patches, builtins.dns);
  const published = (options.publish ?? []).map((each) => publish(net, publicationOf(each)));
  patches.done(() => {
    for (const server of published) server.close();
    global[KEY] = undefined;
  });
  return {
    net,
    tls,
    published,
    get kernelUses() {
      return routing.kernelUses;
    },
    get lastKernelUses() {
      return [...routing.lastUses];
    },
    unregister: () => {
      patches.undo();
    },
  };
}

function inspectionOf(wanted: boolean | string = false): Inspection | null {
  if (wanted === false) return null;
  return openInspection(defaultHost(), wanted === true ? {} : { path: wanted });
}

/** The network of a call. */
function networkOf({ network: choose }: RegisterOptions, routing: Routing): () => Network {
  if (choose !== undefined) return chosenBy(choose);
  let made: Network | undefined;
  return () => (made ??= new Network(defaultHost(), routing));
}

function publicationOf(given: number | Publication): Publication {
  return typeof given === 'number' ? { port: given } : given;
}

/** Has TLS and HTTP/2 work over our sockets, natively where this Node lets it. */
function swapTls(
  patches: Patches,
  { tls }: Builtins,
  { tls: wanted }: RegisterOptions,
  network: () => Network,
  { connect }: Net,
): 'native' | 'streams' | null {
  if (tls === null) return null;
  const streams = nativeStreams(tls);
  const problem = wanted === 'streams' ? null : testStreams(tls, streams);
  if (wanted === 'streams' || problem !== null) {
    if (problem !== null)
      warn(`TLS and HTTP/2 go over streams, which is slower: ${problem}`, 'HALFCLOSE_TLS');
    tlsOverStreams(patches, tls, streams, connect);
    return 'streams';
  }
  const Bridge = createBridgeConstructor(streams.NativeStream);
  setBridgeFactory((handle, socket) => new Bridge(handle, socket));
  patches.done(() => {
    setBridgeFactory(undefined);
  });
  tlsOverBridges(patches, tls, streams, network);
  return 'native';
}

/** What there is already has a handle of the kernel. */
function warnIfLate(): void {
  const kernels = process.getActiveResourcesInfo().filter((name) => /^TCP(Server|Socket)Wrap$/.test(name));
  if (kernels.length === 0) return;
  warn(
    `${kernels.length} sockets or servers were made before register() and stay with the kernel: ` +
      'start the process with `node --import @halfclose/net/register`',
    'HALFCLOSE_LATE',
  );
}

function warn(message: string, code: string): void {
  process.emitWarning(`@halfclose/net/register: ${message}`, { type: 'HalfcloseWarning', code });
}
