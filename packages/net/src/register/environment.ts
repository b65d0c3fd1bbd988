import type { Publication, RegisterOptions } from './options.ts';

/** What a process is told by its environment, by the names of its variables, each with what it gives for the options. */
const VARIABLES: Readonly<Record<string, (text: string) => Partial<RegisterOptions>>> = {
  HALFCLOSE_ONLY: (text) => ({ only: onlyOf(text) }),
  HALFCLOSE_DIAL: (text) => ({ dial: text as 'kernel' }),
  HALFCLOSE_STRICT: (text) => ({ strict: flagOf(text) }),
  HALFCLOSE_PUBLISH: (text) => ({ publish: listOf(text).map(publicationOf) }),
  HALFCLOSE_PROFILE: (text) => ({ profile: text }),
  HALFCLOSE_CAPTURE: (text) => ({ capture: text }),
  HALFCLOSE_INSPECT: (text) => ({ inspect: text.includes('/') ? text : flagOf(text) }),
  HALFCLOSE_TLS: (text) => ({ tls: text as 'native' }),
};

/** What `@halfclose/testkit` is told, also by the environment of processes that are registered. */
const OF_TESTKIT: ReadonlySet<string> = new Set(['HALFCLOSE_SEED', 'HALFCLOSE_SEEDS', 'HALFCLOSE_LAB_DIR']);

/**
 * The options that the environment gives; they are to be checked.
 *
 * @throws Error for a variable that begins with `HALFCLOSE_` and is none of ours
 */
export function optionsOf(environment: Readonly<Record<string, string | undefined>>): RegisterOptions {
  const options: Partial<RegisterOptions> = {};
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('HALFCLOSE_') || text === undefined || text === '' || OF_TESTKIT.has(name)) continue;
    const read = VARIABLES[name];
    if (read === undefined)
      throw new Error(`${name}: no such variable; there are ${Object.keys(VARIABLES).join(', ')}`);
    Object.assign(options, read(text));
  }
  return options;
}

function listOf(text: string): string[] {
  return text.split(',').map((each) => each.trim());
}

/** `3000,db.test,10.0.0.0/8`: numbers are ports, the rest hosts. */
function onlyOf(text: string): { ports?: number[]; hosts?: string[] } {
  const list = listOf(text);
  const ports = list.filter(isNumber).map(Number);
  const hosts = list.filter((each) => !isNumber(each));
  return { ...(ports.length > 0 ? { ports } : {}), ...(hosts.length > 0 ? { hosts } : {}) };
}

/** `3000`, `8080:3000` (the kernel's first), or `0.0.0.0:8080:3000`. */
function publicationOf(text: string): number | Publication {
  if (isNumber(text)) return Number(text);
  const [, kernelHost, kernelPort, port] = /^(?:(.*):)?(\d+):(\d+)$/.exec(text) ?? [];
  return {
    port: Number(port),
    kernelPort: Number(kernelPort),
    ...(kernelHost === undefined ? {} : { kernelHost: kernelHost.replace(/^\[(.*)\]$/, '$1') }),
  };
}

/** Whatever is neither is left for the check to name. */
function flagOf(text: string): boolean {
  return text === '1' || text === 'true' ? true : text === '0' || text === 'false' ? false : (text as never);
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}
