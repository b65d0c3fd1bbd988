import { once } from 'node:events';
import { statSync } from 'node:fs';
import http from 'node:http';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { serveFile } from './static-files.ts';
import { onTunHost, peerOf, type TunHost } from './tun-host.ts';
import { UsageError } from '../usage-error.ts';
import { addHostOptions, type HostOptions, readInteger } from './tun-options.ts';

interface ServeOptions extends HostOptions {
  readonly port: number;
}

/** Adds the command `serve`. */
export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description('serve files over HTTP from a host of ours, until it is interrupted')
    .argument('[directory]', 'whose files', '.')
    .addOption(
      new Option('-p, --port <port>', 'of TCP')
        .argParser((text) => readInteger(text, 1, 0xffff))
        .default(8080),
    )
    .action(serve);
  addHostOptions(command);
}

async function serve(directory: string, options: ServeOptions, command: Command): Promise<void> {
  const root = resolve(directory);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`${directory} is no directory`);
  await onTunHost(options, command, async (host) => {
    const server = host.net.createServer({ allowHalfOpen: true, noDelay: true, ...host.linger });
    const web = http.createServer((request, response) => {
      // A socket that is closed has no address any more.
      const peer = peerOf(request.socket);
      response.once('close', () => host.tell(`${peer} ${requestLine(request, response)}`));
      serveFile(root, request, response);
    });
    server.on('connection', (socket) => {
      host.watch(socket);
      web.emit('connection', socket);
    });
    // Node watches over the time that headers take from then on (headersTimeout, requestTimeout).
    server.once('listening', () => web.emit('listening'));
    host.beforeClosing(() => server.close());
    server.listen(options.port);
    await once(server, 'listening');
    for (const line of urls(host, options.port)) process.stdout.write(`${line}\n`);
    await once(server, 'close');
  });
}

function urls({ link }: TunHost, port: number): readonly string[] {
  return link.addresses.map(({ ours, kernel }) => {
    const address = ours.isIPv4 ? String(ours) : `[${String(ours)}]`;
    return `http://${address}:${port}/ on ${link.tun.name}, where the kernel is ${String(kernel)}`;
  });
}

function requestLine({ method, url }: http.IncomingMessage, response: http.ServerResponse): string {
  const end = response.writableFinished ? '' : ', not all of it';
  return `${String(method)} ${String(url)} ${response.statusCode}${end}`;
}
