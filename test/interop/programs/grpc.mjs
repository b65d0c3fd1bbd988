import { once } from 'node:events';
import grpc from '@grpc/grpc-js';
import { cert, digest, key, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

// Messages are octets as they are: no compiler of schemas is under test.
const asIs = (octetsOfMessage) => octetsOfMessage;
const method = (name, requestStream, responseStream) => ({
  path: `/test.Octets/${name}`,
  requestStream,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
});
const definition = {
  echo: method('Echo', false, false),
  collect: method('Collect', true, false),
  split: method('Split', false, true),
  talk: method('Talk', true, true),
};
const saw = {};
let cancelled;
const cancellation = new Promise((resolve) => (cancelled = resolve));

const implementation = {
  echo(call, done) {
    const [kind] = call.metadata.get('kind');
    if (kind === 'error') {
      const metadata = new grpc.Metadata();
      metadata.set('detail', 'in a trailer');
      done({ code: grpc.status.NOT_FOUND, details: 'none such', metadata });
    } else if (kind !== 'never') done(null, call.request);
  },
  collect(call, done) {
    const pieces = [];
    call.on('data', (piece) => pieces.push(piece)).on('end', () => done(null, Buffer.concat(pieces)));
  },
  async split(call) {
    const size = Number(call.metadata.get('size')[0]);
    for (let at = 0; at < call.request.length; at += size)
      if (!call.write(call.request.subarray(at, at + size))) await once(call, 'drain');
    call.end();
  },
  talk(call) {
    call.on('data', (piece) => call.write(Buffer.from(piece).reverse()));
    call.on('end', () => call.end());
    call.on('cancelled', () => cancelled('cancelled'));
    call.on('error', () => undefined);
  },
};

async function bind(server, credentials, address = 'localhost:0') {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
  });
}

function metadata(fields) {
  return grpc.Metadata.fromHttp2Headers(fields);
}

function call(client, name, ...args) {
  return new Promise((resolve, reject) => {
    client[name](...args, (error, answer) => (error === null ? resolve(answer) : reject(error)));
  });
}

async function failureOf(promise) {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return [grpc.status[error.code], error.metadata?.get('detail') ?? null];
  }
}

const limits = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
const Service = grpc.makeGenericClientConstructor(definition, 'Octets');
const ways = {
  plain: [grpc.ServerCredentials.createInsecure(), grpc.credentials.createInsecure()],
  tls: [
    grpc.ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: cert }]),
    grpc.credentials.createSsl(cert),
  ],
};
for (const [name, [serverCredentials, credentials]] of Object.entries(ways)) {
  const server = new grpc.Server(limits);
  server.addService(definition, implementation);
  const port = await bind(server, serverCredentials);
  const client = new Service(`localhost:${port}`, credentials, limits);
  const seen = (saw[name] = {});
  seen.many = (
    await Promise.all(Array.from({ length: 100 }, (_, i) => call(client, 'echo', octets(i * 10, i + 1))))
  ).reduce((sum, { length }) => sum + length, 0);
  seen.big = digest(await call(client, 'echo', octets(6 * MEGABYTE)));

  seen.collected = await new Promise((resolve) => {
    const collecting = client.collect((_error, answer) => resolve(digest(answer)));
    for (let i = 0; i < 60; i++) collecting.write(octets(50_000, i + 1));
    collecting.end();
  });
  const pieces = [];
  const splitting = client.split(octets(3 * MEGABYTE), metadata({ size: '30000' }));
  for await (const piece of splitting) pieces.push(piece);
  seen.split = [pieces.length, digest(Buffer.concat(pieces))];

  const talking = client.talk();
  seen.talk = [];
  for (let i = 0; i < 20; i++) {
    talking.write(octets(i * 1000 + 1, i + 1));
    seen.talk.push(digest((await once(talking, 'data'))[0]));
  }
  talking.end();
  talking.resume();
  seen.talkEnded = (await once(talking, 'status'))[0].code;

  const abandoned = client.talk();
  const abandonedFailure = once(abandoned, 'error').then(([{ code }]) => grpc.status[code]);
  abandoned.write(octets(10));
  await once(abandoned, 'data');
  abandoned.cancel();
  seen.cancelled = [await abandonedFailure, await cancellation];
  seen.error = await failureOf(call(client, 'echo', octets(1), metadata({ kind: 'error' })));
  seen.deadline = await failureOf(
    call(client, 'echo', octets(1), metadata({ kind: 'never' }), { deadline: Date.now() + 100 }),
  );

  // What is under way when the server shuts down is still answered; what comes after is not.
  const last = client.talk();
  last.write(octets(3));
  await once(last, 'data');
  const shutdown = new Promise((resolve) => server.tryShutdown(resolve));
  last.write(octets(5));
  seen.last = digest((await once(last, 'data'))[0]);
  last.end();
  last.resume();
  await shutdown;
  seen.afterShutdown = await failureOf(call(client, 'echo', octets(1)));

  // The same client finds a server that comes up again at the port.
  const second = new grpc.Server(limits);
  second.addService(definition, implementation);
  await bind(second, serverCredentials, `localhost:${port}`);
  seen.again = digest(await call(client, 'echo', octets(100), new grpc.Metadata({ waitForReady: true })));
  const killed = failureOf(call(client, 'echo', octets(1), metadata({ kind: 'never' })));
  setTimeout(() => second.forceShutdown(), 100);
  seen.killed = await killed;
  client.close();
}

const lost = new Service(`127.0.0.1:${await unusedPort()}`, grpc.credentials.createInsecure());
saw.refused = await failureOf(call(lost, 'echo', octets(1)));
lost.close();
report(saw);
