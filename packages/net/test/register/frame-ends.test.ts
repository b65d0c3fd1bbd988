import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { FrameEnds } from '../../src/register/frame-ends.ts';
import { bundle } from '../build.ts';
import { run } from './register-run.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const [DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY] = [0, 1, 3, 4, 7] as const;

function frame(type: number, payload = 0): Buffer {
  const bytes = Buffer.alloc(9 + payload, type);
  bytes.writeUIntBE(payload, 0, 3);
  return bytes;
}

/** The lengths of the pieces into which a reader cuts `bytes`. */
function cut(ends: FrameEnds, bytes: Uint8Array): number[] {
  const lengths: number[] = [];
  for (let rest = bytes; rest.length > 0; rest = rest.subarray(lengths.at(-1))) lengths.push(ends.next(rest));
  return lengths;
}

it('cuts before each frame that ends a stream or the connection, and nowhere else', () => {
  const frames = [frame(SETTINGS, 12), frame(HEADERS, 300), frame(DATA, 0), frame(RST_STREAM, 4)];
  const bytes = Buffer.concat([PREFACE, ...frames, frame(GOAWAY, 8), frame(DATA, 70_000), frame(DATA, 3)]);
  expect(cut(new FrameEnds(), bytes)).toEqual([24 + 21 + 309 + 9, 13, 17 + 70_009 + 12]);
});

it('finds no frame in a payload, however it is cut on its way', () => {
  const payload = fc.integer({ min: 0, max: 600 });
  const frames = fc.array(fc.tuple(fc.constantFrom(DATA, HEADERS, SETTINGS, RST_STREAM, GOAWAY), payload), {
    minLength: 1,
  });
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 500 })), (given, pieces) => {
      const bytes = Buffer.concat(given.map(([type, length]) => frame(type, length)));
      let end = 0;
      const starts = new Set<number>();
      for (const [type, length] of given) {
        if (type === RST_STREAM || type === GOAWAY) starts.add(end);
        end += 9 + length;
      }
      const ends = new FrameEnds();
      let at = 0;
      const from = new Set<number>();
      for (const piece of [...pieces, bytes.length]) {
        from.add(at);
        const arrived = bytes.subarray(at, at + piece);
        for (const length of cut(ends, arrived)) {
          at += length;
          // Where no piece ends, a cut is at the beginning of such a frame; whose type may come in the next piece.
          if (at < Math.min(bytes.length, [...from].at(-1)! + arrived.length)) expect(starts).toContain(at);
        }
      }
      expect(at).toBe(bytes.length);
    }),
  );
});

let register = '';
beforeAll(async () => {
  const { remove, registerCjs } = await bundle();
  register = registerCjs;
  return remove;
});

it('tells a client of node:http2 of the end of an answer before the reset that came with it', async () => {
  // A server that does not want the whole of an upload: its answer, and RST_STREAM with NO_ERROR, in one segment.
  const program = `
    const [net, http2] = [require('node:net'), require('node:http2')];
    const server = net.createServer((socket) => {
      let bytes = 0;
      socket.write(Buffer.from('000000040000000000', 'hex'));
      socket.on('error', () => undefined).on('data', (chunk) => {
        if (bytes < 60000 && (bytes += chunk.length) >= 60000) socket.end(Buffer.from(
          '000001010400000001' + '8c' + '000000000100000001' + '000004030000000001' + '00000000', 'hex'));
      });
    }).listen(80, () => {
      const client = http2.connect('http://127.0.0.1:80');
      const request = client.request({ ':method': 'POST' });
      request.write(Buffer.alloc(200000));
      request.on('response', (headers) => console.log(headers[':status'])).resume();
      request.on('end', () => client.close());
      request.on('close', () => console.log('closed'));
      client.on('close', () => { console.log('all closed'); server.close(); });
    });`;
  const { out, err, status } = await run(['--require', register, '-e', program]);
  expect({ out, err, status }).toEqual({ out: '400\nclosed\nall closed\n', err: '', status: 0 });
});
