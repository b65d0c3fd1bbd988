import type * as Http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Actor } from './actor.ts';
import { ExchangeActor } from './exchange-actor.ts';
import { begin, type Play, type Transport } from './play.ts';
import { keys } from './secured.ts';
import { ServerActor } from './server-actor.ts';
import { codeOf, later, type Stage } from './stage.ts';
import type { Told } from './told.ts';
import type { RawClient, WebClient, WebProgram, WebRequest } from './web-program.ts';

/** `node:http`, or `node:https`. */
type Web = Pick<typeof Http, 'createServer' | 'request' | 'Agent'>;

/** A log by the names of those who wrote it. */
type Actors = Map<string, { readonly told: Told }>;

/** Plays requests and answers; `transport`: for clients that are no clients of HTTP. */
export function playExchanges(web: Web, transport: Transport): Play<WebProgram> {
  return {
    serve: (program, stage) => serve(web, transport, program, stage),
    connect: (program, stage) => connect(web, transport, program, stage),
  };
}

const logOf = (actors: Actors) => Object.fromEntries([...actors].map(([name, { told }]) => [name, told]));

async function serve(
  web: Web,
  transport: Transport,
  { server: side }: WebProgram,
  stage: Stage,
): ReturnType<Play<WebProgram>['serve']> {
  const { highWaterMark, answers } = side;
  const actors: Actors = new Map();
  const sockets = new Set<Socket>();
  const server = web.createServer({ ...keys, ...(highWaterMark !== null && { highWaterMark }) });
  server.maxRequestsPerSocket = side.maxRequestsPerSocket;
  stage.server = server;
  const own = new ServerActor(stage, server);
  actors.set('server', own);
  server.on('connection', (socket) => sockets.add(socket));
  // With the parser in C++, which reads for itself, ticks run between two parts of a message: docs/DIFFERENCES.md, A whole process.
  server.prependListener(transport.connection, (socket: Socket) => {
    Object.assign(Reflect.get(socket, '_handle') as object, { _consumed: true });
  });
  const answer = (request: Http.IncomingMessage, response: Http.ServerResponse): void => {
    const name = request.url ?? '';
    own.note('request');
    const end = answers[name.length % answers.length];
    if (end === undefined) return;
    const actor = new ExchangeActor(stage, response, request, end, { server });
    actors.set(`answer ${name}${actors.has(`answer ${name}`) ? ' again' : ''}`, actor);
    actor.start();
  };
  server.on('request', answer);
  if (side.checks) server.on('checkContinue', answer);
  if (side.hearsErrors) {
    server.on('clientError', (error, socket) => {
      own.note(`clientError ${codeOf(error)}`);
      socket.end('HTTP/1.1 400 Bad\r\n\r\n');
    });
  }
  if (side.upgrades) {
    server.on('upgrade', ({ url }, stream, head) => {
      const socket = stream as Socket;
      own.note(`upgrade ${head.length}`);
      socket.write('HTTP/1.1 101 Yes\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n');
      const actor = new Actor(stage, socket, side.tunnel.server.rules);
      actors.set(`answer ${String(url)}`, actor);
      begin(actor, side.tunnel.server);
    });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.port.open = (server.address() as AddressInfo).port;
  return {
    stage,
    stop: () => {
      for (const [, actor] of actors) if (actor instanceof ExchangeActor) actor.note('quiet');
      own.note('quiet');
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    log: () => logOf(actors),
  };
}

function connect(
  web: Web,
  transport: Transport,
  program: WebProgram,
  stage: Stage,
): ReturnType<Play<WebProgram>['connect']> {
  const actors: Actors = new Map();
  const { agent: kind, maxSockets } = program;
  const agent =
    kind === 'none'
      ? undefined
      : new web.Agent({ keepAlive: kind === 'keeping', ...(maxSockets !== null && { maxSockets }) });
  const ends: (() => void)[] = [() => agent?.destroy()];
  for (const [i, client] of program.clients.entries()) {
    const name = `client ${i + 1}`;
    if (client.kind === 'raw') playRaw(client, name);
    else playRequests(client, name, i);
  }
  return {
    stage,
    stop: () => {
      for (const [, actor] of actors) if (actor instanceof ExchangeActor) actor.note('quiet');
      for (const end of ends) end();
    },
    log: () => logOf(actors),
  };

  function playRaw(client: RawClient, name: string): void {
    const { socket, connect: begins } = transport.open(
      { allowHalfOpen: client.allowHalfOpen },
      stage.port.open,
    );
    const actor = new Actor(stage, socket, client.rules);
    actors.set(name, actor);
    ends.push(() => socket.destroy());
    begins();
    socket.write(client.text);
    begin(actor, client);
  }

  function playRequests(
    { requests }: Extract<WebClient, { kind: 'requests' }>,
    name: string,
    i: number,
  ): void {
    const next = (nth: number): void => {
      const given = requests[nth];
      if (given === undefined) return;
      const request = requestOf(given, `/${i + 1}/${nth + 1}${'x'.repeat(nth)}`);
      actors.set(`${name}.${nth + 1}`, request);
      request.outgoing.on('close', () => {
        later(stage, { by: 'immediate', count: 3 }, () => next(nth + 1));
      });
      request.start();
    };
    next(0);
  }

  function requestOf(given: WebRequest, path: string): ExchangeActor {
    const abort = given.signal ? new AbortController() : null;
    const request = web.request({
      port: stage.port.open,
      host: '127.0.0.1',
      path,
      method: given.method,
      agent: agent ?? false,
      ...(abort !== null && { signal: abort.signal }),
      headers: {
        host: 'a',
        ...(given.length === null ? { 'transfer-encoding': 'chunked' } : { 'content-length': given.length }),
        ...(given.expects && { expect: '100-continue' }),
        ...(given.closes && { connection: 'close' }),
        ...(given.upgrades && { connection: 'upgrade', upgrade: 'other' }),
      },
      ...{ rejectUnauthorized: false },
    });
    const actor = new ExchangeActor(stage, request, null, given, { agent, abort });
    request.on('upgrade', (_message, socket: Socket, head) => {
      actor.note(`upgrade ${head.length}`);
      const { client } = program.server.tunnel;
      const tunnel = new Actor(stage, socket, client.rules);
      actors.set(`client ${path} tunnel`, tunnel);
      if (head.length > 0) tunnel.gets('data', head);
      begin(tunnel, client);
    });
    ends.push(() => request.destroy());
    return actor;
  }
}
