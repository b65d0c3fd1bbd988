import { readFileSync } from 'node:fs';
import http from 'node:http';
import { expect, it } from 'vitest';
import net, { type Server } from '../src/index.ts';
import { event, quiet } from './compare.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const programs = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, program = '']) => program);

/** Runs a program of the README with these modules; `result` is what it ends in. */
function run(program: string, lines: string[], result = ''): unknown {
  const body = program.replace(/^import .*$/gm, '');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is our own README
  const compiled = new Function('net', 'http', 'console', `${body}; return ${result || 'undefined'}`);
  return (compiled as (...context: object[]) => unknown)(net, http, {
    log: (line: string) => lines.push(line),
  });
}

it('prints what the README says', async () => {
  const [, output = ''] = /```\n\n```\n(.*?)```/s.exec(readme) ?? [];
  const lines: string[] = [];
  const server = run(programs[0] ?? '', lines, 'server') as Server;
  await event(server, 'close');
  expect(`${lines.join('\n')}\n`).toBe(output);
});

it('serves node:http as the README says', async () => {
  const program = (programs[1] ?? '')
    .replace(/^net\.createServer/m, 'const server = net.createServer')
    .replace(/^http\.get/m, 'const request = http.get');
  const { request, server, web } = run(program, [], '{ request, server, web }') as {
    request: http.ClientRequest;
    server: Server;
    web: http.Server;
  };
  const [response] = (await event(request, 'response')) as [http.IncomingMessage];
  expect(String((await event(response, 'data'))[0])).toBe('hello');
  web.closeAllConnections();
  server.close();
  await quiet(1);
});
