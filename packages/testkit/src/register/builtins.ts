import type * as ChildProcess from 'node:child_process';
import type * as Crypto from 'node:crypto';
import type * as Dgram from 'node:dgram';
import type * as Dns from 'node:dns';
import type * as Http from 'node:http';
import type * as Https from 'node:https';
import type * as Module from 'node:module';
import type * as Net from 'node:net';
import type * as Vm from 'node:vm';
import type * as Zlib from 'node:zlib';

interface Builtins {
  readonly 'node:child_process': typeof ChildProcess;
  readonly 'node:crypto': typeof Crypto;
  readonly 'node:dgram': typeof Dgram;
  readonly 'node:dns': typeof Dns;
  readonly 'node:http': typeof Http;
  readonly 'node:https': typeof Https;
  readonly 'node:module': typeof Module;
  readonly 'node:net': typeof Net;
  readonly 'node:process': NodeJS.Process;
  readonly 'node:vm': typeof Vm;
  readonly 'node:zlib': typeof Zlib;
  readonly _http_agent: { globalAgent: Http.Agent };
}

/** Node's own modules, also where a test runner (Jest) gives programs others by their names. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  const module: unknown = process.getBuiltinModule(name as 'node:net');
  return module as Builtins[Name];
}
