import type * as Dns from 'node:dns';
import type * as Http from 'node:http';
import type * as Http2 from 'node:http2';
import type * as Tls from 'node:tls';

/** Node's modules that stand on `node:net`. */
export interface Builtins {
  readonly dns: typeof Dns;
  readonly http: typeof Http;
  /** `null`: this Node was built without cryptography. */
  readonly tls: typeof Tls | null;
  readonly http2: typeof Http2 | null;
  /** Node's parser in C++, which reads from handles; `null`: it is not where it was. */
  readonly parser: { readonly prototype: object } | null;
}

/** Modules whose classes extend those of `node:net`: loaded later, they would extend ours, and have handles of the kernel. */
const HEIRS = ['node:tty', 'node:child_process', 'node:https'] as const;

/** Loads them all: a program that is not swapped does not wait for that. */
export function loadBuiltins(): Builtins {
  // In Node from 20.16 on, and not marked experimental since 22.3.
  const load = process.getBuiltinModule.bind(process);
  const dns = load('node:dns');
  const http = load('node:http');
  const parser =
    (load('_http_common') as { HTTPParser?: { prototype: object } } | undefined)?.HTTPParser ?? null;
  if (process.versions.openssl === undefined) return { dns, http, parser, tls: null, http2: null };
  const builtins = { dns, http, parser, tls: load('node:tls'), http2: load('node:http2') };
  for (const name of HEIRS) load(name);
  return builtins;
}
