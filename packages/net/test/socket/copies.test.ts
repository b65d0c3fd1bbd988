import { spawnSync } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { bundle } from '../build.ts';

let files = { esm: '', cjs: '' };

beforeAll(async () => {
  const { remove, ...built } = await bundle();
  files = built;
  return remove;
});

function printed(source: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source]);
  expect(String(stderr)).toBe('');
  return JSON.parse(String(stdout));
}

it('shares one network between an ESM and a CommonJS copy, and knows the sockets of both', () => {
  const result = printed(`
    import { createRequire } from 'node:module';
    import net from ${JSON.stringify(files.esm)};
    const other = createRequire(${JSON.stringify(files.cjs)})(${JSON.stringify(files.cjs)});
    const server = net.createServer((socket) => socket.end('from the other copy'));
    server.listen(0, () => {
      const client = other.connect(server.address().port);
      let text = '';
      client.on('data', (chunk) => (text += chunk));
      client.on('close', () => {
        server.close();
        console.log(JSON.stringify({
          text,
          foreign: client instanceof net.Socket,
          own: client instanceof other.Socket,
          server: server instanceof other.Server,
          stranger: ({}) instanceof net.Socket,
          sameClass: net.Socket === other.Socket,
          sameHost: other.defaultHost().name,
        }));
      });
    });
  `);
  expect(result).toEqual({
    text: 'from the other copy',
    foreign: true,
    own: true,
    server: true,
    stranger: false,
    sameClass: false,
    sameHost: 'localhost',
  });
});

it('takes the sockets of the runtime for sockets', () => {
  const result = printed(`
    import nodeNet from 'node:net';
    import net from ${JSON.stringify(files.esm)};
    console.log(JSON.stringify([
      new nodeNet.Socket() instanceof net.Socket,
      nodeNet.createServer() instanceof net.Server,
      new net.Socket({ fd: 0 }) instanceof nodeNet.Socket,
    ]));
  `);
  expect(result).toEqual([true, true, true]);
});
