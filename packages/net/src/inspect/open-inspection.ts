import { chmodSync, unlinkSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import { checkHas, checkOptions, checkText } from '@halfclose/codec/arguments';
import type { Host } from '@halfclose/stack';
import { native } from '../native/native-net.ts';
import { captureTo } from './capture-session.ts';
import { inspectionDirectory, inspectionSockets, makeDirectory } from './directory.ts';
import { type InspectionReply, readRequest } from './protocol.ts';

/** How a host is opened to inspection. */
export interface InspectionOptions {
  /** Where the socket is to be. Default: `<pid>.sock` in the directory of `inspectionDirectory()`. */
  readonly path?: string;
}

/** A socket by which a host can be looked into. */
export interface Inspection {
  /** Of the socket. */
  readonly path: string;
  /** Takes it away. */
  close(): void;
}

/** A request is short, and comes at once. */
const MOST_REQUEST = 4096;
const REQUEST_TIME = 5000;

let opened = 0;

/**
 * Lets programs of this user, and nobody else, see the connections and packets of `host`, as `halfclose connections` and
 * `halfclose capture` do: by a Unix socket of mode 0600, which goes when the process ends. It holds no process.
 *
 * @example
 * openInspection(host);
 * @throws TypeError or RangeError that names the argument; Error with code `ERR_HALFCLOSE_INSPECT` where the directory is open
 *   to others. Where the socket cannot be made a warning says so, with code `HALFCLOSE_INSPECT`
 */
export function openInspection(host: Host, options: InspectionOptions = {}): Inspection {
  checkHas('host', host, ['connections', 'addObserver'], 'a Host');
  checkOptions('options', options, { path: true });
  if (options.path !== undefined) checkText('options.path', options.path);
  const path = options.path ?? ownPath();
  const server = native.createServer({ allowHalfOpen: true }, (socket) => {
    serve(socket, host);
  });
  listen(server, path);
  server.unref();
  const close = (): void => {
    process.off('exit', close);
    server.close();
    // Of a path that was relative, or in a process that ends, libuv does not see to it.
    removeQuietly(path);
  };
  process.on('exit', close);
  return { path, close };
}

function ownPath(): string {
  const directory = inspectionDirectory();
  makeDirectory(directory);
  removeStale(directory);
  const count = opened++;
  const place = isMainThread && count === 0 ? '' : `-${threadId * 1000 + count}`;
  return join(directory, `${process.pid}${place}.sock`);
}

/** Has the server listen; a socket that is left of a process which is no more makes way. */
function listen(server: Server, path: string): void {
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') {
      warn(path, error);
      return;
    }
    ifStale(path, (isStale) => {
      if (!isStale) warn(path, error);
      else {
        removeQuietly(path);
        listenAlone(server, path);
      }
    });
  });
  listenAlone(server, path);
}

/**
 * Binds without a moment in which others could connect. The umask is the process's, and nothing else runs meanwhile; a worker
 * cannot set it, and relies on the directory.
 */
function listenAlone(server: Server, path: string): void {
  const umask = isMainThread ? process.umask(0o177) : null;
  try {
    server.listen(path);
  } finally {
    if (umask !== null) process.umask(umask);
  }
  if (server.listening) chmodSync(path, 0o600);
}

/** What can be lived without: the program runs all the same. */
function warn(path: string, error: Error): void {
  process.emitWarning(`nobody can look into this process by ${path}: ${error.message}`, {
    type: 'HalfcloseWarning',
    code: 'HALFCLOSE_INSPECT',
  });
}

/** Sockets of processes that are no more: nobody listens on them. */
function removeStale(directory: string): void {
  for (const path of inspectionSockets(directory)) {
    ifStale(path, (isStale) => {
      if (isStale) removeQuietly(path);
    });
  }
}

function ifStale(path: string, tell: (isStale: boolean) => void): void {
  const socket = native.connect(path);
  socket.unref();
  socket.on('connect', () => {
    socket.destroy();
    tell(false);
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    tell(error.code === 'ECONNREFUSED');
  });
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else was faster, or it has gone with its directory.
  }
}

function serve(socket: Socket, host: Host): void {
  let text = '';
  // A reader that goes away in the middle is no fault of this process.
  socket.on('error', () => socket.destroy());
  socket.unref();
  socket.setTimeout(REQUEST_TIME, () => socket.destroy());
  socket.setEncoding('utf8');
  const onData = (chunk: string): void => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= MOST_REQUEST) return;
    socket.off('data', onData);
    socket.setTimeout(0);
    // What else it sends is thrown away; its end is waited for.
    socket.resume();
    answer(socket, host, end < 0 ? '' : text.slice(0, end));
  };
  socket.on('data', onData);
}

function answer(socket: Socket, host: Host, line: string): void {
  const request = readRequest(line);
  if (typeof request === 'string') {
    socket.end(lineOf({ error: request }));
    return;
  }
  const reply = lineOf({
    pid: process.pid,
    command: [process.title, ...process.argv.slice(1)].join(' '),
    host: host.name,
    addresses: host.addresses.map(String),
    connections: request.want === 'connections' ? host.connections() : [],
  });
  if (request.want === 'connections') socket.end(reply);
  else {
    socket.write(reply);
    captureTo(socket, host, request.filter);
  }
}

function lineOf(reply: InspectionReply): string {
  return `${JSON.stringify(reply)}\n`;
}
