import http from 'node:http';
import { examplesOf, runExample } from '@halfclose/test-support';
import { expect, it } from 'vitest';
import net, { type Server } from '../src/index.ts';
import { event, quiet } from './compare.ts';

const [first, second] = examplesOf(new URL('../README.md', import.meta.url));
const modules = { '@halfclose/net': { default: net }, 'node:http': { default: http } };

it('prints what the README says', async () => {
  const { result: server, output } = runExample(first?.program ?? '', modules, 'server');
  await event(server as Server, 'close');
  expect(output()).toBe(first?.output);
});

it('serves node:http as the README says', async () => {
  const program = (second?.program ?? '')
    .replace(/^net\.createServer/m, 'const server = net.createServer')
    .replace(/^http\.get/m, 'const request = http.get');
  const { request, server, web } = runExample(program, modules, '{ request, server, web }').result as {
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
