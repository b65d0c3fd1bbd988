import type * as Net from 'node:net';
import { Actor } from './actor.ts';
import type { Client, End, Program } from './program.ts';
import { ServerActor } from './server-actor.ts';
import type { Stage } from './stage.ts';
import type { Told } from './told.ts';

/** What each socket of a program, and its server, was told. */
export type Log = Readonly<Record<string, Told>>;

/** One side of a program under way. */
export interface Side {
  readonly stage: Stage;
  /** Notes how things are after a long silence, and ends all that has not ended. */
  stop(): void;
  log(): Record<string, Told>;
}

/** What makes servers and sockets: `node:net`, or what is over it. */
export interface Transport {
  /** What a server tells of a connection. */
  readonly connection: string;
  createServer(options: Net.ServerOpts): Net.Server;
  /** A socket, and how to have it connect if it does not by itself. */
  open(
    options: Net.SocketConstructorOpts,
    port: number,
  ): { readonly socket: Net.Socket; readonly connect: () => void };
}

/** Sockets and servers of a `node:net`. */
export function plain(net: Pick<typeof Net, 'createServer' | 'Socket'>): Transport {
  return {
    connection: 'connection',
    createServer: (options) => net.createServer(options),
    open: (options, port) => {
      const socket = new net.Socket(options);
      return { socket, connect: () => void socket.connect(port, '127.0.0.1') };
    },
  };
}

export function newStage({
  jitter = () => undefined,
  delay = (milliseconds) => milliseconds,
}: Partial<Pick<Stage, 'jitter' | 'delay'>> = {}): Stage {
  return { happened: 0, pending: 0, server: null, port: { open: 0, refused: 1 }, jitter, delay };
}

export function begin(actor: Actor, { reading }: End): void {
  if (reading === 'data') actor.reads('listenToData');
  else if (reading === 'readable') actor.reads('listenToReadable');
  else if (reading === 'sink') actor.reads('pipeToSink');
  else if (reading === 'echo') actor.reads('echo');
  else if (reading === 'resume') actor.socket.resume();
  else if (reading === 'iterate') void actor.iterate(99);
  actor.start();
}

/** Starts the server of a program. */
async function playServer(transport: Transport, { server: side }: Program, stage: Stage): Promise<Side> {
  const { ends, rules, highWaterMark, maxConnections, ...options } = side;
  const actors: Actor[] = [];
  const server = transport.createServer({ ...options, ...(highWaterMark !== null && { highWaterMark }) });
  if (maxConnections !== null) server.maxConnections = maxConnections;
  stage.server = server;
  const own = new ServerActor(stage, server);
  let connections = 0;
  server.on(transport.connection, (socket: Net.Socket) => {
    const nth = ++connections;
    own.note('connection');
    for (const rule of rules) if (rule.nth === nth) own.act(rule);
    const end = ends[(nth - 1) % ends.length];
    if (end === undefined) return;
    const actor = new Actor(stage, socket, end.rules);
    actors.push(actor);
    begin(actor, end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.port.open = (server.address() as Net.AddressInfo).port;
  return {
    stage,
    stop: () => {
      for (const actor of actors) actor.noteQuiet();
      own.note('quiet');
      for (const { socket } of actors) socket.destroy();
      server.close();
    },
    log: () =>
      Object.fromEntries([
        ['server', own.told],
        ...actors.map((actor, i) => [`connection ${i + 1}`, actor.told] as const),
      ]),
  };
}

/** Starts the clients of a program. */
function playClients(transport: Transport, { clients }: Program, stage: Stage): Side {
  const actors = clients.map((client) => {
    const abort = client.signal ? new AbortController() : null;
    const actor: { now: Actor | null } = { now: null };
    const { socket, connect } = transport.open(
      socketOptions(client, abort, (bytes) => actor.now?.gets('onread', bytes)),
      stage.port[client.refused ? 'refused' : 'open'],
    );
    actor.now = new Actor(stage, socket, client.rules, abort);
    if (client.timeout > 0) socket.setTimeout(stage.delay(client.timeout));
    connect();
    begin(actor.now, client);
    return actor.now;
  });
  return {
    stage,
    stop: () => {
      for (const actor of actors) actor.noteQuiet();
      for (const { socket } of actors) socket.destroy();
    },
    log: () => Object.fromEntries(actors.map((actor, i) => [`client ${i + 1}`, actor.told] as const)),
  };
}

function socketOptions(
  client: Client,
  abort: AbortController | null,
  onRead: (bytes: Uint8Array) => void,
): Net.SocketConstructorOpts {
  const { allowHalfOpen, highWaterMark, onread } = client;
  const buffer = Buffer.alloc(4096);
  let calls = 0;
  return {
    allowHalfOpen,
    ...(highWaterMark !== null && { highWaterMark }),
    ...(abort !== null && { signal: abort.signal }),
    ...(onread !== 'none' && {
      onread: {
        buffer: onread === 'function' ? () => Buffer.alloc(1000) : buffer,
        callback: (count: number, into: Uint8Array) => {
          onRead(Buffer.from(into.subarray(0, count)));
          return onread !== 'buffer that stops' || calls++ > 0;
        },
      },
    }),
  };
}

/** Milliseconds of silence after which nothing more is expected to happen, looked at so often. */
const LOOK = 10;

/** Lets sides run until nothing happens any more; returns whether that was so before `limit` milliseconds. */
export async function untilQuiet(stages: readonly Stage[], silence: number, limit: number): Promise<boolean> {
  const count = (): number =>
    stages.reduce((sum, { happened, pending }) => sum + happened + pending * 1e6, 0);
  const looks = Math.ceil(silence / LOOK);
  let last = -1;
  for (let same = 0, all = 0; same < looks; all++) {
    if (all * LOOK > limit) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    // A process that was not let run has seen nothing, and is not silent.
    await new Promise((resolve) => setImmediate(resolve));
    const now = count();
    same = now === last && now < 1e6 ? same + 1 : 0;
    last = now;
  }
  return true;
}

const LIMIT = 20_000;

/** How both sides of a kind of programs are played. */
export interface Play<P> {
  serve(program: P, stage: Stage): Promise<Side>;
  connect(program: P, stage: Stage): Side;
}

/** Plays programs of sockets. */
export function playOver(transport: Transport): Play<Program> {
  return {
    serve: (program, stage) => playServer(transport, program, stage),
    connect: (program, stage) => playClients(transport, program, stage),
  };
}

/** Plays a whole program, both ends in this thread. */
export async function playWhole<P>({ serve, connect }: Play<P>, program: P, silence: number): Promise<Log> {
  const stage = newStage();
  const server = await serve(program, stage);
  const clients = connect(program, stage);
  const sides = [clients, server];
  const isQuiet = await untilQuiet([stage], silence, LIMIT);
  for (const side of sides) side.stop();
  await untilQuiet([stage], silence, LIMIT);
  const log = { ...clients.log(), ...server.log() };
  return isQuiet ? log : { ...log, endless: { entries: ['endless | '], read: {} } };
}
