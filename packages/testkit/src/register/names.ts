import type { LookupAddress, LookupOptions } from 'node:dns';
import type { HostProcess } from '../hosts/host-process.ts';
import { currentProcess } from '../hosts/places.ts';
import { builtin } from './builtins.ts';
import { replaceQueries } from './name-queries.ts';
import type { Patches } from './patches.ts';

type Callback = (error: NodeJS.ErrnoException | null, ...answer: unknown[]) => void;

const EAI_NONAME = -3008;

/** Has names be those of the hosts of the lab, in labs. */
export function replaceNames(patches: Patches): void {
  const dns = builtin('node:dns');
  patches.wrap(dns, 'lookup', (original) => {
    return function lookup(this: never, ...args: unknown[]) {
      const process = currentProcess();
      const [name, options] = args;
      const callback = args.at(-1);
      if (process === null || typeof name !== 'string' || typeof callback !== 'function')
        return Reflect.apply(original, this, args);
      answerLater(process, name, optionsOf(options), callback as Callback);
      return {};
    };
  });
  patches.wrap(dns.promises, 'lookup', (original) => {
    return function lookup(this: never, ...args: unknown[]) {
      const process = currentProcess();
      const [name, options] = args;
      if (process === null || typeof name !== 'string') return Reflect.apply(original, this, args);
      return new Promise((resolve, reject) => {
        const wanted = optionsOf(options);
        answerLater(process, name, wanted, (error, address, family) => {
          if (error !== null) reject(error);
          else resolve(wanted.all === true ? address : { address, family });
        });
      });
    };
  });
  replaceQueries(patches, dns);
}

function optionsOf(options: unknown): LookupOptions {
  if (typeof options === 'number') return { family: options };
  return typeof options === 'object' && options !== null ? options : {};
}

function answerLater(process: HostProcess, name: string, options: LookupOptions, callback: Callback): void {
  const addresses = addressesOf(process, name, options.family);
  globalThis.process.nextTick(() => {
    const [first] = addresses;
    if (first === undefined) callback(notFound(name));
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
}

/** The addresses of a name, in the family that is wanted. */
function addressesOf(
  { world }: HostProcess,
  name: string,
  family: LookupOptions['family'] = 0,
): LookupAddress[] {
  const version = builtin('node:net').isIP(name);
  const host = world.hosts.find(name.replace(/\.$/, ''));
  const known: LookupAddress[] =
    version !== 0
      ? [{ address: name, family: version }]
      : name === 'localhost'
        ? [
            { address: '127.0.0.1', family: 4 },
            { address: '::1', family: 6 },
          ]
        : host === null
          ? []
          : [{ address: host.address, family: 4 }];
  const wanted = { IPv4: 4, IPv6: 6 }[family as 'IPv4'] ?? family;
  return known.filter((each) => wanted === 0 || each.family === wanted);
}

function notFound(hostname: string): NodeJS.ErrnoException {
  const error = new Error(`getaddrinfo ENOTFOUND ${hostname}`);
  return Object.assign(error, { errno: EAI_NONAME, code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname });
}
