import type * as Dns from 'node:dns';
import type { HostProcess } from '../hosts/host-process.ts';
import { currentProcess } from '../hosts/places.ts';
import type { Patches } from './patches.ts';

type Callback = (error: NodeJS.ErrnoException | null, answer?: unknown) => void;

/** Has queries to servers of names be answered by the lab, too: with addresses of its hosts, and no other records. */
export function replaceQueries(patches: Patches, dns: typeof Dns): void {
  const withCallbacks = [dns, dns.Resolver.prototype];
  const withPromises = [dns.promises, dns.promises.Resolver.prototype];
  for (const target of withCallbacks)
    for (const name of queriesOf(target))
      patches.wrap(target, name, (original) => {
        return function (this: never, ...args: unknown[]) {
          const process = currentProcess();
          const callback = args.at(-1);
          if (process === null || typeof callback !== 'function') return Reflect.apply(original, this, args);
          answerQuery(process, name, args, callback as Callback);
          return {};
        };
      });
  for (const target of withPromises)
    for (const name of queriesOf(target))
      patches.wrap(target, name, (original) => {
        return function (this: never, ...args: unknown[]) {
          const process = currentProcess();
          if (process === null) return Reflect.apply(original, this, args);
          return new Promise((resolve, reject) => {
            answerQuery(process, name, args, (error, answer) => {
              if (error === null) resolve(answer);
              else reject(error);
            });
          });
        };
      });
}

function queriesOf(target: object): string[] {
  return Object.getOwnPropertyNames(target).filter((name) => /^(?:resolve|reverse)/.test(name));
}

/** `call`: the function that was called with `args`, as it is named. */
function answerQuery(process: HostProcess, call: string, args: readonly unknown[], callback: Callback): void {
  const [hostname, type] = args;
  const answer = answerOf(process, call, String(hostname), typeof type === 'string' ? type : 'A');
  globalThis.process.nextTick(() => {
    if (typeof answer !== 'string') callback(null, answer);
    else callback(queryError(answer, call, String(hostname)));
  });
}

/** The records, or a code of why there are none. */
function answerOf(
  { world }: HostProcess,
  call: string,
  name: string,
  type: string,
): string[] | 'ENOTFOUND' | 'ENODATA' {
  if (call === 'reverse') {
    const host = [...world.hosts.values()].find(({ address }) => address === name);
    return host === undefined ? 'ENOTFOUND' : [host.name];
  }
  const host = world.hosts.find(name.replace(/\.$/, ''));
  if (host === null) return 'ENOTFOUND';
  const wantsIPv4 = call === 'resolve4' || (call === 'resolve' && type.toUpperCase() === 'A');
  return wantsIPv4 ? [host.address] : 'ENODATA';
}

/** As c-ares words it: `queryMx ENODATA db`. */
function queryError(code: string, call: string, hostname: string): NodeJS.ErrnoException {
  const what = call.replace('resolve', '');
  const syscall =
    call === 'reverse'
      ? 'getHostByAddr'
      : `query${/^[46]?$/.test(what) ? (what === '6' ? 'Aaaa' : 'A') : what}`;
  return Object.assign(new Error(`${syscall} ${code} ${hostname}`), {
    errno: undefined,
    code,
    syscall,
    hostname,
  });
}
