// Programs for Deno.connect and Deno.listen. They run in Deno on its own sockets, and on ours, and leave the same log.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Logs of all programs by name: a line for each step.
 *
 * @param {any} api what has connect and listen
 * @returns {Promise<Record<string, string[]>>}
 */
export async function runPrograms(api) {
  /** @type {Record<string, string[]>} */
  const logs = {};
  for (const [name, program] of Object.entries(programs)) {
    /** @type {string[]} */
    const lines = [];
    const step = async (what, run) => {
      try {
        const value = await Promise.race([run(), sleep(300).then(() => 'pending')]);
        lines.push(`${what}: ${shown(value)}`);
      } catch (error) {
        lines.push(`${what}: ${nameOf(error)}`);
      }
    };
    await program(step, api);
    logs[name] = lines;
  }
  return logs;
}

function nameOf(error) {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const { code, message, name } = error;
  return `${name} ${typeof code === 'string' ? `${code} ` : ''}${message}`;
}

function shown(value) {
  // Deno has some calls resolve with null where its types say nothing.
  if (value === undefined) return 'done';
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value, (_key, part) => (part instanceof Uint8Array ? decoder.decode(part) : part));
}

async function pairOf({ connect, listen }) {
  const listener = listen({ port: 0 });
  const accepted = listener.accept();
  const client = await connect({ port: listener.addr.port });
  const server = await accepted;
  listener.close();
  return { client, server };
}

async function readText(conn, size = 100) {
  const buffer = new Uint8Array(size);
  const count = await conn.read(buffer);
  return count === null ? null : decoder.decode(buffer.subarray(0, count));
}

const programs = {
  async 'the shape of a connection'(step, api) {
    const { client, server } = await pairOf(api);
    const names = ['read', 'write', 'close', 'closeWrite', 'ref', 'unref', 'setNoDelay', 'setKeepAlive'];
    for (const name of names) await step(name, () => typeof client[name]);
    await step('class', () => client.constructor.name);
    await step('localAddr', () => JSON.stringify({ ...client.localAddr, port: 0 }));
    await step('ports', () => client.localAddr.port === server.remoteAddr.port && client.localAddr.port > 0);
    await step('prototype', () => String(Object.getPrototypeOf(client.localAddr)));
    await step(
      'same streams',
      () => client.readable === client.readable && client.writable === client.writable,
    );
    await step('settings', () => (client.setNoDelay(), client.setKeepAlive(false), 'set'));
    client.close();
    server.close();
  },

  async 'reads and writes'(step, api) {
    const { client, server } = await pairOf(api);
    await step('write nothing', () => client.write(new Uint8Array(0)));
    await step('read into nothing', () => server.read(new Uint8Array(0)));
    await step('write', () => client.write(encoder.encode('hello')));
    await step('read', () => readText(server, 3));
    await step('read the rest', () => readText(server));
    const reads = [readText(server, 3), readText(server, 3)];
    await client.write(encoder.encode('abcdef'));
    await step('two reads', async () => (await Promise.all(reads)).join());
    await step('read of what is no buffer', () => client.read('x'));
    await step('write of what is no buffer', () => client.write('x'));
    client.close();
    server.close();
  },

  async 'a half-close'(step, api) {
    const { client, server } = await pairOf(api);
    await client.write(encoder.encode('request'));
    await step('closeWrite', async () => void (await client.closeWrite()));
    await step('closeWrite again', async () => void (await client.closeWrite()));
    await step('write after it', () => client.write(encoder.encode('x')));
    await step('server reads', () => readText(server));
    await step('server reads the end', () => readText(server));
    await step('and again', () => readText(server));
    await step('server answers', () => server.write(encoder.encode('answer')));
    await step('client reads', () => readText(client));
    await step('server closes', async () => void (await server.closeWrite()));
    await step('client reads the end', () => readText(client));
    client.close();
    server.close();
  },

  async 'a close'(step, api) {
    const { client, server } = await pairOf(api);
    const read = client.read(new Uint8Array(1));
    read.catch(() => undefined);
    await step('close', () => client.close());
    await step('the read that waited', () => read);
    await step('close again', () => client.close());
    await step('dispose', () => client[Symbol.dispose]());
    await step('read', () => client.read(new Uint8Array(1)));
    await step('write', () => client.write(new Uint8Array(1)));
    await step('closeWrite', () => client.closeWrite());
    await step('setNoDelay', () => client.setNoDelay());
    await step('localAddr', () => client.localAddr.port > 0);
    await step('server reads the end', () => readText(server));
    await step('server writes', () => server.write(new Uint8Array(1)));
    await sleep(20);
    await step('server writes into the reset', () => server.write(new Uint8Array(1)));
    await step('server reads', () => readText(server));
    await step('server half-closes', async () => void (await server.closeWrite()));
    server.close();
  },

  async 'a close with bytes unread'(step, api) {
    const { client, server } = await pairOf(api);
    await client.write(encoder.encode('unread'));
    await sleep(20);
    server.close();
    await sleep(20);
    await step('read', () => readText(client));
    await step('read again', () => readText(client));
    await step('write', () => client.write(new Uint8Array(1)));
    await step('closeWrite', async () => void (await client.closeWrite()));
    client.close();
  },

  async 'a peer that does not read'(step, api) {
    const { client, server } = await pairOf(api);
    const much = new Uint8Array(32 * 1024 * 1024);
    await step('write takes a part', async () => (await client.write(much)) < much.length);
    const writes = (async () => {
      for (;;) await client.write(much);
    })();
    writes.catch(() => undefined);
    await step('and then waits', () => writes);
    let count = 0;
    const buffer = new Uint8Array(65_536);
    for (let reads = 0; reads < 200; reads++) count += await server.read(buffer);
    await step('until it is read', () => count > 1_000_000);
    client.close();
    await step('the write that waited', () => writes);
    server.close();
  },

  async 'the readable ends with the stream, and closes'(step, api) {
    const { client, server } = await pairOf(api);
    const reader = client.readable.getReader();
    await server.write(encoder.encode('hi'));
    await step('read', () => reader.read());
    await server.closeWrite();
    await step('read the end', () => reader.read());
    await step('read of the connection', () => readText(client));
    await step('write', () => client.write(new Uint8Array(1)));
    await step('server reads', () => readText(server));
    await step('close', () => client.close());
    server.close();
  },

  async 'the writable closes'(step, api) {
    const { client, server } = await pairOf(api);
    const writer = client.writable.getWriter();
    await step('write', () => writer.write(encoder.encode('hi')));
    await step('writer.close', () => writer.close());
    await step('server reads', () => readText(server));
    await step('server reads the end', () => readText(server));
    await step('client reads', () => readText(client));
    await step('close', () => client.close());
    server.close();
  },

  async 'streams that are canceled and aborted'(step, api) {
    for (const end of [(conn) => conn.readable.cancel(), (conn) => conn.writable.abort('why')]) {
      const { client, server } = await pairOf(api);
      await step('end', () => end(client));
      await step('read', () => readText(client));
      await step('close', () => client.close());
      await step('server reads', () => readText(server));
      server.close();
    }
  },

  async 'a reader with buffers of its own'(step, api) {
    const { client, server } = await pairOf(api);
    await server.write(encoder.encode('abc'));
    const reader = client.readable.getReader({ mode: 'byob' });
    await step('read', async () => decoder.decode((await reader.read(new Uint8Array(2))).value));
    await step('read', async () => decoder.decode((await reader.read(new Uint8Array(2))).value));
    await server.closeWrite();
    await step('read', async () => (await reader.read(new Uint8Array(2))).done);
    server.close();
  },

  async 'an echo by pipeTo'(step, api) {
    const { client, server } = await pairOf(api);
    const piped = server.readable.pipeTo(server.writable);
    await client.write(encoder.encode('echo'));
    await step('read', () => readText(client));
    await client.closeWrite();
    await step('piped', () => piped);
    await step('read the end', () => readText(client));
    await step('close', () => server.close());
    client.close();
  },

  async 'a listener'(step, { connect, listen }) {
    const listener = listen({ port: 0, hostname: '127.0.0.1' });
    for (const name of ['accept', 'close', 'ref', 'unref', 'next', 'return'])
      await step(name, () => typeof listener[name]);
    await step('class', () => listener.constructor.name);
    await step('addr', () => JSON.stringify({ ...listener.addr, port: 0 }));
    const first = listener.accept();
    first.catch(() => undefined);
    await step('accept while another waits', () => listener.accept());
    await step('close', () => listener.close());
    await step('the accept that waited', () => first);
    await step('accept', () => listener.accept());
    await step('close again', () => listener.close());
    await step('dispose', () => listener[Symbol.dispose]());
    await step('next', () => listener.next());
    await step('connect', () => connect({ port: listener.addr.port }));
    await step('for await', async () => {
      for await (const conn of listener) return conn;
      return 'nothing';
    });
  },

  async 'for await'(step, { connect, listen }) {
    const listener = listen({ port: 0 });
    const names = [];
    const loop = (async () => {
      for await (const conn of listener) {
        names.push(conn.constructor.name);
        conn.close();
      }
      return names.join();
    })();
    for (let count = 0; count < 2; count++) {
      const client = await connect({ port: listener.addr.port });
      await client.read(new Uint8Array(1));
      client.close();
    }
    listener.close();
    await step('until it is closed', () => loop);

    const other = listen({ port: 0 });
    const client = await connect({ port: other.addr.port });
    await step('until it is left', async () => {
      for await (const conn of other) {
        conn.close();
        break;
      }
      return 'left';
    });
    await step('which closes it', () => other.accept());
    client.close();
  },

  async 'addresses to listen at'(step, { listen }) {
    for (const hostname of [undefined, '127.0.0.1', '::1', '[::1]', 'localhost', '::', '1.2.3.4'])
      await step(String(hostname), () => {
        const listener = listen({ port: 0, ...(hostname !== undefined && { hostname }) });
        listener.close();
        return JSON.stringify({ ...listener.addr, port: 0 });
      });
    const listener = listen({ port: 0 });
    await step('a port in use', () => listen({ port: listener.addr.port }));
    await step('at another address', () => listen({ port: listener.addr.port, hostname: '127.0.0.1' }));
    listener.close();
  },

  async ports(step, { connect, listen }) {
    for (const port of [0, 1, 70_000, -1, 1.5, '1', '', 'x', undefined, NaN, null])
      await step(`connect to ${JSON.stringify(port) ?? 'none'}`, () => connect({ port }));
    for (const port of [70_000, -1, 1.5, '', 'x', NaN])
      await step(`listen at ${JSON.stringify(port)}`, () => listen({ port }));
    await step('listen without', () => {
      const listener = listen({});
      listener.close();
      return listener.addr.port > 0;
    });
  },

  async 'what is not there'(step, { connect }) {
    await step('nobody listens', () => connect({ port: 1 }));
    await step('nobody has the name', () => connect({ port: 1, hostname: 'nobody.invalid' }));
  },

  async 'an attempt that is given up'(step, { connect, listen }) {
    const listener = listen({ port: 0 });
    const { port } = listener.addr;
    await step('before', () => connect({ port, signal: AbortSignal.abort(new Error('mine')) }));
    const controller = new AbortController();
    const attempt = connect({ port, signal: controller.signal });
    attempt.catch(() => undefined);
    controller.abort(new Error('mine'));
    await step('meanwhile', () => attempt);
    const late = new AbortController();
    const client = await connect({ port, signal: late.signal });
    late.abort();
    await step('afterwards', () => client.write(encoder.encode('x')));
    client.close();
    listener.close();
  },
};
