// Programs for connect() of cloudflare:sockets. They run in workerd against the kernel, and on ours, and leave the same log but
// for what differences.mjs says.

const ECHO = 0;
const ENDS = 1;
const ANSWERS = 2;
const RESETS = 3;
const SILENT = 4;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Logs of all scenarios by name: a line for each step. `base`: the port of the first server.
 *
 * @returns {Promise<Record<string, string[]>>}
 */
export async function runScenarios(connect, base) {
  /** @type {Record<string, string[]>} */
  const logs = {};
  for (const [name, scenario] of Object.entries(scenarios)) {
    const lines = [];
    const step = async (what, run) => {
      try {
        const value = await Promise.race([run(), sleep(300).then(() => 'pending')]);
        lines.push(`${what}: ${shown(value)}`);
      } catch (error) {
        lines.push(
          `${what}: ${error instanceof Error ? 'rejected' : `rejected with ${JSON.stringify(error)}`}`,
        );
      }
    };
    const at = (index, options) => connect({ hostname: '127.0.0.1', port: base + index }, options);
    await scenario(step, at, connect, base);
    logs[name] = lines;
  }
  return logs;
}

function shown(value) {
  if (value === undefined) return 'resolved';
  if (typeof value !== 'object') return String(value);
  return value.done ? 'done' : JSON.stringify(decoder.decode(value.value));
}

function open(socket) {
  return [socket.readable.getReader(), socket.writable.getWriter()];
}

/** Whether the call throws what it should. */
function outcomeOf(call) {
  try {
    const socket = call();
    socket.opened.catch(() => undefined);
    socket.closed.catch(() => undefined);
    socket.close();
    return 'taken';
  } catch (error) {
    return error instanceof TypeError ? 'TypeError' : 'another error';
  }
}

const ADDRESSES = [
  'nohost',
  'a:b:c',
  '127.0.0.1',
  '127.0.0.1:x',
  '127.0.0.1:70000',
  ':80',
  'http://x:80',
  '127.0.0.1:80/x',
  '[::1]:80',
  { hostname: '127.0.0.1' },
  { hostname: '127.0.0.1', port: -1 },
  { hostname: '127.0.0.1', port: 70000 },
  { hostname: '127.0.0.1', port: '80' },
  null,
  undefined,
  5,
];

const OPTIONS = [
  { secureTransport: 'x' },
  { secureTransport: 'starttls' },
  { allowHalfOpen: 'x' },
  { highWaterMark: -1 },
  { highWaterMark: 'x' },
  { highWaterMark: 0 },
  { highWaterMark: 10n },
  null,
  5,
];

const scenarios = {
  async 'the shape of a socket'(step, at) {
    const socket = at(ECHO);
    const names = [
      'readable',
      'writable',
      'closed',
      'opened',
      'upgraded',
      'secureTransport',
      'close',
      'startTls',
    ];
    for (const name of names) await step(name, () => typeof socket[name]);
    await step('getters', () => socket.readable === socket.readable && socket.closed === socket.closed);
    await step('class', () => `${socket.constructor.name} ${socket.upgraded} ${socket.secureTransport}`);
    await step('opened', async () => String((await socket.opened).remoteAddress.startsWith('127.0.0.1:')));
    await step('highWaterMark', () => socket.writable.getWriter().desiredSize);
    await socket.close();
  },

  async addresses(step, _at, connect) {
    for (const address of ADDRESSES)
      await step(JSON.stringify(address) ?? 'undefined', () => outcomeOf(() => connect(address)));
  },

  async options(step, at) {
    for (const options of OPTIONS) {
      const text = options?.highWaterMark === 10n ? '{"highWaterMark":10n}' : JSON.stringify(options);
      await step(text, () => outcomeOf(() => at(ECHO, options)));
    }
  },

  async 'what can be written'(step, at) {
    const socket = at(ECHO);
    const [reader, writer] = open(socket);
    const chunks = {
      Uint8Array: encoder.encode('a'),
      ArrayBuffer: encoder.encode('b').buffer,
      DataView: new DataView(encoder.encode('c').buffer),
      string: 'd',
    };
    for (const [name, chunk] of Object.entries(chunks)) {
      await step(`write ${name}`, () => writer.write(chunk));
      await step('read', () => reader.read());
    }
    await step('write nothing', () => writer.write(new Uint8Array(0)));
    await step('write number', () => writer.write(5));
    await socket.close();
  },

  async 'a reader with buffers of its own'(step, at) {
    const socket = at(ECHO);
    const reader = socket.readable.getReader({ mode: 'byob' });
    const writer = socket.writable.getWriter();
    await step('write', () => writer.write(encoder.encode('abc')));
    await step('read 2', () => reader.read(new Uint8Array(2)));
    await step('read 2', () => reader.read(new Uint8Array(2)));
    await step('close', () => writer.close());
    await step('read 2', () => reader.read(new Uint8Array(2)));
    await socket.close();
  },

  async "the peer's FIN closes all, once it was read"(step, at) {
    const socket = at(ENDS);
    const [reader, writer] = open(socket);
    await step('opened', async () => void (await socket.opened));
    await step('closed', () => socket.closed);
    await step('read', () => reader.read());
    await step('closed', () => socket.closed);
    await step('read', () => reader.read());
    await step('closed', () => socket.closed);
    await step('reader.closed', () => reader.closed);
    await step('writer.closed', () => writer.closed);
    await step('write', () => writer.write(encoder.encode('late')));
    await step('writer.close', () => writer.close());
    await step('close', () => socket.close());
  },

  async "the peer's FIN closes all, with nobody at the writable"(step, at) {
    const socket = at(ENDS);
    const reader = socket.readable.getReader();
    await step('read', () => reader.read());
    await step('read', () => reader.read());
    await step('closed', () => socket.closed);
    await step('write', () => socket.writable.getWriter().write(encoder.encode('late')));
  },

  async 'with allowHalfOpen it closes the readable alone'(step, at) {
    const socket = at(ENDS, { allowHalfOpen: true });
    const [reader, writer] = open(socket);
    await step('read', () => reader.read());
    await step('read', () => reader.read());
    await step('closed', () => socket.closed);
    await step('write', () => writer.write(encoder.encode('late')));
    await step('writer.close', () => writer.close());
    await step('closed', () => socket.closed);
    await step('close', () => socket.close());
    await step('closed', () => socket.closed);
  },

  async "a writer's close is a half-close"(step, at) {
    for (const allowHalfOpen of [false, true]) {
      const socket = at(ANSWERS, { allowHalfOpen });
      const [reader, writer] = open(socket);
      await step('write', () => writer.write(encoder.encode('req')));
      await step('writer.close', () => writer.close());
      await step('closed', () => socket.closed);
      await step('read', () => reader.read());
      await step('read', () => reader.read());
      await step('closed', () => socket.closed);
      await step('close', () => socket.close());
    }
  },

  async 'close()'(step, at) {
    const socket = at(ECHO);
    await socket.opened;
    const [reader, writer] = open(socket);
    const pending = reader.read();
    pending.catch(() => undefined);
    await step('close', () => socket.close());
    await step('the read that waited', () => pending);
    await step('reader.closed', () => reader.closed);
    await step('write', () => writer.write(encoder.encode('a')));
    await step('writer.closed', () => writer.closed);
    await step('closed', () => socket.closed);
    await step('close again', () => socket.close());
  },

  async 'close() of streams that nobody has locked'(step, at) {
    const socket = at(ECHO);
    await socket.opened;
    await step('close', () => socket.close());
    await step('write', () => socket.writable.getWriter().write(encoder.encode('a')));
    await step('closed', () => socket.closed);
  },

  async 'close() lets a write pass that was taken'(step, at) {
    const socket = at(ECHO);
    await socket.opened;
    const written = socket.writable.getWriter().write(encoder.encode('a'));
    written.catch(() => undefined);
    await step('close', () => socket.close());
    await step('written', () => written);
  },

  async 'close(reason) before it is opened'(step, at) {
    const socket = at(ECHO);
    await step('close', () => socket.close(new Error('early')));
    await step('opened', async () => void (await socket.opened));
    await step('closed', () => socket.closed);
  },

  async 'nobody listens'(step, _at, connect) {
    const socket = connect({ hostname: '127.0.0.1', port: 1 });
    await step('opened', async () => void (await socket.opened));
    await step('closed', () => socket.closed);
    await step('read', () => socket.readable.getReader().read());
    await step('write', () => socket.writable.getWriter().write(encoder.encode('a')));
  },

  async 'nobody listens, to who reads and writes already'(step, _at, connect) {
    const socket = connect({ hostname: '127.0.0.1', port: 1 });
    const [reader, writer] = open(socket);
    const calls = [reader.read(), writer.write(encoder.encode('a'))];
    for (const call of calls) call.catch(() => undefined);
    await step('opened', async () => void (await socket.opened));
    await step('read', () => calls[0]);
    await step('write', () => calls[1]);
    await step('closed', () => socket.closed);
  },

  async 'the peer resets'(step, at) {
    for (const allowHalfOpen of [false, true]) {
      const socket = at(RESETS, { allowHalfOpen });
      const [reader, writer] = open(socket);
      await step('write', () => writer.write(encoder.encode('x')));
      await step('read', () => reader.read());
      await step('closed', () => socket.closed);
      await step('write', () => writer.write(encoder.encode('x')));
      await step('close', () => socket.close());
    }
  },

  async 'startTls()'(step, at) {
    const socket = at(ECHO);
    await step('startTls of a plain one', () => void socket.startTls());
    await step('upgraded', () => socket.upgraded);
    await socket.close();
  },

  async 'canceled, and ended, it is not closed'(step, at) {
    const socket = at(ECHO, { allowHalfOpen: true });
    await socket.opened;
    await step('cancel', () => socket.readable.cancel());
    await step('closed', () => socket.closed);
    await step('writable.close', () => socket.writable.getWriter().close());
    await step('closed', () => socket.closed);
    await step('close', () => socket.close());
    await step('closed', () => socket.closed);
  },

  async 'aborted, it is not closed'(step, at) {
    const socket = at(ECHO, { allowHalfOpen: true });
    await socket.opened;
    await step('abort', () => socket.writable.abort('why'));
    await step('closed', () => socket.closed);
    await step('close', () => socket.close());
  },

  async 'highWaterMark counts bytes'(step, at) {
    const socket = at(SILENT, { highWaterMark: 4 });
    const writer = socket.writable.getWriter();
    await step('desiredSize', () => writer.desiredSize);
    const written = writer.write(new Uint8Array(10));
    await step('desiredSize', () => writer.desiredSize);
    await step('written', () => written);
    await step('desiredSize', () => writer.desiredSize);
    await socket.close();
  },

  async 'a peer that reads nothing holds the writer back'(step, at) {
    const socket = at(SILENT);
    const writer = socket.writable.getWriter();
    await step('write', () => writer.write(new Uint8Array(16 * 1024 * 1024)));
    await step('close', () => socket.close());
    await step('closed', () => socket.closed);
  },

  async pipes(step, at) {
    const socket = at(ECHO);
    const from = new ReadableStream({
      start(controller) {
        controller.enqueue(encoder.encode('piped'));
        controller.close();
      },
    });
    const piped = from.pipeTo(socket.writable);
    let got = '';
    await step('read all', async () => {
      for await (const chunk of socket.readable) got += decoder.decode(chunk);
      return got;
    });
    await step('piped', () => piped);
    await step('closed', () => socket.closed);
  },
};
