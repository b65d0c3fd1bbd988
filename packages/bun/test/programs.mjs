// Programs for Bun.connect and Bun.listen. They run in Bun on its own sockets, and on ours, and leave the same logs: one for each
// side, as nothing says which of two sockets is told first.

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const HOST = '127.0.0.1';

/**
 * Logs of all programs by name: a line for each call.
 *
 * @param {any} api what has connect and listen
 * @returns {Promise<Record<string, string[]>>}
 */
export async function runPrograms(api) {
  /** @type {Record<string, string[]>} */
  const logs = {};
  for (const [name, program] of Object.entries(programs)) {
    const sides = { main: [], server: [], client: [] };
    await program(new Bench(api, sides), sides.main);
    logs[name] = Object.entries(sides).flatMap(([side, lines]) => lines.map((line) => `${side}: ${line}`));
  }
  return logs;
}

/** Listeners and sockets whose calls are logged. */
class Bench {
  constructor(api, sides) {
    this.api = api;
    this.sides = sides;
    this.listeners = [];
    this.accepted = [];
  }

  /** Handlers that log. `drain` is not logged: Bun calls it at other times, too. */
  handlers(side, over = {}) {
    const log = this.sides[side];
    const { accepted } = this;
    return {
      open(socket) {
        if (side === 'server') accepted.push(socket);
        log.push(`open ${socket.readyState}`);
      },
      data(_socket, data) {
        log.push(`data ${data}`);
      },
      end(socket) {
        log.push(`end ${socket.readyState}`);
      },
      close(socket, error) {
        log.push(`close ${socket.readyState}${error ? ` ${error.code} ${error.message}` : ''}`);
      },
      error(_socket, error) {
        log.push(`error ${error.message}`);
      },
      timeout(socket) {
        log.push(`timeout ${socket.readyState}`);
      },
      drain() {},
      ...over,
    };
  }

  listen(options = {}, over = {}) {
    const listener = this.api.listen({
      hostname: HOST,
      port: 0,
      socket: this.handlers('server', over),
      ...options,
    });
    this.listeners.push(listener);
    return listener;
  }

  /** A client of the last listener, and the server's socket. */
  async pair(options = {}, over = {}) {
    const { port } = this.listeners.at(-1);
    const before = this.accepted.length;
    const client = await this.api.connect({
      hostname: HOST,
      port,
      socket: this.handlers('client', over),
      ...options,
    });
    while (this.accepted.length === before) await sleep(1);
    return { client, server: this.accepted.at(-1) };
  }

  async stop() {
    for (const listener of this.listeners) listener.stop(true);
    await sleep(20);
  }
}

/** What a call returns, throws or rejects with. */
async function outcomeOf(call) {
  let result;
  try {
    result = call();
  } catch (error) {
    return `throws ${described(error)}`;
  }
  if (!(result instanceof Promise)) return String(result);
  try {
    return `resolves ${String(await result)}`;
  } catch (error) {
    return `rejects ${described(error)}`;
  }
}

function described(error) {
  const { code, errno, message, name, syscall } = error;
  return [name, code, errno, syscall, message].filter((part) => part !== undefined).join(' ');
}

const programs = {
  async 'the shape of sockets and listeners'(bench, log) {
    const listener = bench.listen({ data: 'of the server' });
    const { client, server } = await bench.pair({ data: 'of the client' });
    for (const name of [
      'write',
      'end',
      'close',
      'shutdown',
      'terminate',
      'timeout',
      'pause',
      'resume',
      'ref',
      'unref',
      'reload',
      'flush',
    ])
      log.push(`${name} ${typeof client[name]}`);
    for (const name of ['stop', 'ref', 'unref', 'reload']) log.push(`${name} ${typeof listener[name]}`);
    log.push(`data ${client.data}, ${server.data}, ${listener.data}`);
    log.push(`listener ${client.listener}, ${server.listener === listener}`);
    log.push(
      `addresses ${client.remoteAddress} ${client.localAddress} ${client.remoteFamily} ${client.localFamily}`,
    );
    log.push(`ports ${client.remotePort === listener.port} ${client.localPort === server.remotePort}`);
    log.push(`TLS ${client.authorized} ${client.alpnProtocol} ${client.getAuthorizationError()}`);
    log.push(`settings ${client.setNoDelay(true)} ${client.setKeepAlive(true, 1000)}`);
    log.push(`listens at ${listener.hostname}, ${listener.port > 0}`);
    client.close();
    log.push(`settings ${client.setNoDelay(true)}`);
    await bench.stop();
    log.push(`listener ${server.listener}, ${listener.hostname}, ${listener.port > 0}`);
  },

  async 'what can be written'(bench, log) {
    bench.listen();
    const { client } = await bench.pair();
    const bytes = new TextEncoder().encode('0123456789');
    const calls = [
      ['a string', () => client.write('hé')],
      ['nothing', () => client.write('')],
      ['no argument', () => client.write()],
      ['bytes', () => client.write(bytes)],
      ['a part', () => client.write(bytes, 2, 3)],
      ['an ArrayBuffer', () => client.write(bytes.buffer)],
      ['a DataView', () => client.write(new DataView(bytes.buffer, 1, 2))],
      ['a number', () => client.write(5)],
      ['beyond the end', () => client.write(bytes, 11)],
      ['too much', () => client.write(bytes, 8, 5)],
      ['a negative offset', () => client.write(bytes, -1)],
    ];
    for (const [what, call] of calls) {
      log.push(`${what}: ${(await outcomeOf(call)).replace(/9007199254740991/, '10')}`);
      await sleep(5);
    }
    log.push(`bytesWritten ${client.bytesWritten}`);
    client.close();
    log.push(`closed: ${client.write('x')} ${client.end('x')} ${client.end()}`);
    await bench.stop();
  },

  async 'end() closes both directions'(bench, log) {
    for (const allowHalfOpen of [false, true]) {
      bench.listen({ allowHalfOpen });
      const { client, server } = await bench.pair({ allowHalfOpen });
      log.push(`end ${client.end('bye')}`);
      log.push(`state ${client.readyState}, again ${client.end('x')}`);
      await sleep(30);
      log.push(`server ${server.readyState}`);
      await bench.stop();
    }
  },

  async 'shutdown() is the half-close'(bench, log) {
    bench.listen({ allowHalfOpen: true });
    const { client, server } = await bench.pair({ allowHalfOpen: true });
    client.write('request');
    log.push(`shutdown ${client.shutdown()}, state ${client.readyState}`);
    log.push(`write ${client.write('x')}, end ${client.end('x')}`);
    await sleep(30);
    log.push(`server ${server.readyState}, answers ${server.write('answer')}`);
    await sleep(30);
    log.push(`client ${client.readyState}`);
    server.shutdown();
    await sleep(30);
    log.push(`client ${client.readyState}, server ${server.readyState}`);
    await bench.stop();
  },

  async 'shutdown() of a client that is not half-open'(bench, log) {
    bench.listen({ allowHalfOpen: true });
    const { client, server } = await bench.pair();
    client.shutdown();
    await sleep(30);
    log.push(`server answers ${server.write('answer')}`);
    await sleep(30);
    log.push(`server ends ${server.end('fin')}`);
    await sleep(30);
    log.push(`client ${client.readyState}, server ${server.readyState}`);
    await bench.stop();
  },

  async 'a FIN to who is not half-open lets end() answer, and closes'(bench, log) {
    bench.listen({ allowHalfOpen: true });
    const { client, server } = await bench.pair(
      {},
      {
        end(socket) {
          log.push(`client hears of the end, and writes ${socket.write('late')}`);
        },
      },
    );
    server.write('x');
    server.shutdown();
    await sleep(40);
    log.push(`client ${client.readyState}, server ${server.readyState}`);
    await bench.stop();
  },

  async 'shutdown(true)'(bench, log) {
    bench.listen({ allowHalfOpen: true });
    const { client } = await bench.pair({ allowHalfOpen: true });
    client.shutdown(true);
    await sleep(30);
    log.push(`client ${client.readyState}, writes ${client.write('x')}`);
    await sleep(20);
    await bench.stop();
    client.close();
  },

  async 'close() and terminate()'(bench, log) {
    bench.listen();
    for (const call of ['close', 'terminate']) {
      const { client, server } = await bench.pair();
      log.push(`${call} ${client[call]()}, state ${client.readyState}, again ${client[call]()}`);
      await sleep(30);
      log.push(`server ${server.readyState}`);
    }
    const { client, server } = await bench.pair();
    server.terminate();
    await sleep(30);
    log.push(`client ${client.readyState}`);
    await bench.stop();
  },

  async 'close() with bytes unread'(bench, log) {
    bench.listen();
    const { client, server } = await bench.pair();
    client.pause();
    server.write('unread');
    await sleep(30);
    client.close();
    await sleep(30);
    log.push(`server ${server.readyState}`);
    await bench.stop();
  },

  async 'a peer that does not read'(bench, log) {
    let drains = 0;
    let received = 0;
    bench.listen({}, { data: (_socket, data) => void (received += data.length) });
    const { client, server } = await bench.pair({}, { drain: () => void drains++ });
    server.pause();
    await sleep(10);
    drains = 0;
    const much = new Uint8Array(16 * 1024 * 1024);
    const count = client.write(much);
    log.push(`takes a part ${count > 0 && count < much.length}, then ${client.write(much)}`);
    await sleep(30);
    log.push(`drain ${drains}, bytesWritten ${client.bytesWritten === count}`);
    server.resume();
    await sleep(300);
    log.push(`drain ${drains > 0}, received ${received === count}`);
    log.push(`writes again ${client.write('x')}`);
    await bench.stop();
  },

  async 'end() with more than there is room for'(bench, log) {
    let received = 0;
    bench.listen({}, { data: (_socket, data) => void (received += data.length) });
    const { client, server } = await bench.pair();
    server.pause();
    const much = new Uint8Array(16 * 1024 * 1024);
    const count = client.end(much);
    log.push(`takes a part ${count > 0 && count < much.length}, state ${client.readyState}`);
    await sleep(20);
    server.resume();
    await sleep(300);
    log.push(`received ${received === count}`);
    await bench.stop();
  },

  async 'handlers that throw'(bench, log) {
    bench.listen();
    const thrower = () => {
      throw new Error('mine');
    };
    const { client, server } = await bench.pair({}, { data: thrower });
    server.write('x');
    await sleep(30);
    log.push(`data: client ${client.readyState}`);
    client.close();
    const opened = await bench.pair({}, { open: thrower });
    log.push(`open: client ${opened.client.readyState}`);
    await sleep(20);
    await bench.stop();
  },

  async 'reload()'(bench) {
    const listener = bench.listen();
    const { client, server } = await bench.pair();
    client.write('one');
    await sleep(20);
    listener.reload({
      socket: bench.handlers('server', { data: (_s, data) => bench.sides.server.push(`new ${data}`) }),
    });
    client.write('two');
    await sleep(20);
    client.reload({
      socket: bench.handlers('client', { data: (_s, data) => bench.sides.client.push(`new ${data}`) }),
    });
    server.write('three');
    await sleep(20);
    await bench.stop();
  },

  async 'stop()'(bench, log) {
    const listener = bench.listen();
    const { client, server } = await bench.pair();
    listener.stop();
    const { port } = listener;
    log.push(await outcomeOf(() => bench.api.connect({ hostname: HOST, port, socket: { data() {} } })));
    client.write('still');
    await sleep(20);
    log.push(`server ${server.readyState}`);
    log.push(`stop ${listener.stop(true)}`);
    await sleep(20);
    log.push(`server ${server.readyState}, client ${client.readyState}, again ${listener.stop()}`);
  },

  async binaryType(bench, log) {
    bench.listen();
    for (const binaryType of ['arraybuffer', 'uint8array', 'buffer', undefined]) {
      const data = (_socket, bytes) => log.push(`${bytes.constructor.name} ${bytes.byteLength}`);
      const { client, server } = await bench.pair(
        {},
        { data, ...(binaryType !== undefined && { binaryType }) },
      );
      server.write('four');
      await sleep(20);
      client.close();
    }
    await bench.stop();
  },

  async 'timeout()'(bench, log) {
    bench.listen();
    const { client } = await bench.pair();
    log.push(`negative: ${await outcomeOf(() => client.timeout(-1))}`);
    log.push(`none: ${await outcomeOf(() => client.timeout())}`);
    log.push(`1: ${client.timeout(1)}`);
    // Bun looks every four seconds.
    await sleep(8500);
    log.push(`client ${client.readyState}`);
    await bench.stop();
  },

  async 'nobody listens'(bench, log) {
    const { api } = bench;
    const connectError = (socket, error) => log.push(`connectError ${socket.readyState} ${described(error)}`);
    for (const hostname of [HOST, 'nobody.invalid']) {
      log.push(
        await outcomeOf(() =>
          api.connect({ hostname, port: 1, socket: bench.handlers('client', { connectError }) }),
        ),
      );
      log.push(await outcomeOf(() => api.connect({ hostname, port: 1, socket: { data() {} } })));
    }
  },

  async arguments(bench, log) {
    const { api } = bench;
    const socket = { data() {} };
    const wrong = [
      undefined,
      5,
      {},
      { hostname: HOST, port: 1 },
      { hostname: HOST, port: 1, socket: {} },
      { hostname: HOST, port: 1, socket: { open() {} } },
      { hostname: HOST, port: 1, socket: { data: 5 } },
      { hostname: HOST, port: 1, socket: { data() {}, binaryType: 'x' } },
      { port: 1, socket },
      { hostname: HOST, socket },
      { hostname: HOST, port: 70_000, socket },
      { hostname: HOST, port: -1, socket },
    ];
    for (const name of ['connect', 'listen'])
      for (const options of wrong) {
        const shown = JSON.stringify(options, (_key, value) => (typeof value === 'function' ? '()' : value));
        const outcome = (await outcomeOf(() => api[name](options))).replace(
          /"on(\w)(\w*)"/,
          (_all, first, rest) => `"${first.toLowerCase()}${rest}"`,
        );
        log.push(`${name} ${shown}: ${outcome}`);
      }
    const listener = bench.listen();
    const { port } = listener;
    const again = await outcomeOf(() => api.listen({ hostname: HOST, port, socket }));
    log.push(`in use: ${again.replace(String(port), 'PORT')}`);
    log.push(`not ours: ${await outcomeOf(() => api.listen({ hostname: '1.2.3.4', port: 0, socket }))}`);
    await bench.stop();
  },

  async addresses(bench, log) {
    for (const [hostname, target] of [
      ['0.0.0.0', HOST],
      ['::', HOST],
      ['::', '::1'],
      ['localhost', 'localhost'],
    ]) {
      const listener = bench.listen({ hostname });
      const { client, server } = await bench.pair({ hostname: target });
      log.push(`${listener.hostname}: ${server.remoteAddress} ${server.remoteFamily} ${server.localAddress}`);
      log.push(
        `${target}: ${client.remoteAddress} ${client.remoteFamily} ${client.localAddress} ${client.localFamily}`,
      );
      await bench.stop();
    }
  },
};
