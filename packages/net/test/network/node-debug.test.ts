import { beforeAll, expect, it } from 'vitest';
import { bundle } from '../build.ts';
import { run } from '../register/register-run.ts';

let registerCjs = '';

beforeAll(async () => {
  const { remove, ...built } = await bundle();
  registerCjs = built.registerCjs;
  return remove;
});

const PROGRAM = `
  const net = require('node:net');
  const server = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    net.connect({ port, host: '127.0.0.1' }).on('close', () => {
      server.close();
      net.connect({ port, host: 'a.name', lookup: (host, options, done) => done(new Error('none')) })
        .on('error', () => undefined);
    }).resume();
  });`;

/** What is asked of the runtime's sockets is asked at the first use. */
const CONNECTS_TO_NOBODY = `require('node:net').createServer();`;

/** The lines of NODE_DEBUG, without what differs from run to run. */
const linesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => /^NET \d+: /.test(line))
    .map((line) => line.replace(/^NET \d+: /, '').replace(/:\d+ /, ':PORT '));

it('shows by NODE_DEBUG=net how connections begin and end, in the words of the running Node', async () => {
  const env = { NODE_DEBUG: 'net' };
  const ours = linesOf((await run(['--require', registerCjs, '-e', PROGRAM], { env })).err);
  const theirs = linesOf((await run(['-e', PROGRAM], { env, guarded: false })).err);
  // Of sockets of the runtime, which are asked what they are.
  const probes = linesOf((await run(['--require', registerCjs, '-e', CONNECTS_TO_NOBODY], { env })).err);
  const shown = [
    'setupListenHandle 127.0.0.1 0 4',
    'connect: attempting to connect to 127.0.0.1:PORT (addressType: 4)',
    'onconnection',
    'afterConnect',
    '_final: not ended, call shutdown()',
    'destroy',
    'close handle',
    'has server',
    'SERVER _emitCloseIfDrained',
    'SERVER: emit close',
    'emit close',
    'connect: find host a.name',
  ];
  const count = (lines: readonly string[], line: string) =>
    lines.filter((each) => each.startsWith(line)).length;
  for (const line of shown)
    expect([line, count(ours, line) - count(probes, line)]).toEqual([line, count(theirs, line)]);
  const others = ours.filter((line) => !shown.some((each) => line.startsWith(each)));
  expect(others.filter((line) => !probes.includes(line))).toEqual([]);
  expect(linesOf((await run(['--require', registerCjs, '-e', PROGRAM])).err)).toEqual([]);
});
