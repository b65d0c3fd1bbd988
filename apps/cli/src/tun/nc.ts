import { once } from 'node:events';
import type { Socket } from '@halfclose/net';
import { type Command, Option } from 'commander';
import { onTunHost, peerOf, type TunHost } from './tun-host.ts';
import { addHostOptions, type HostOptions } from './tun-options.ts';

interface NcOptions extends HostOptions {
  readonly listen?: true;
}

interface Destination {
  /** `undefined`: all of our addresses, to listen on. */
  readonly host: string | undefined;
  readonly port: number;
}

/** Adds the command `nc`. */
export function addNc(program: Command): void {
  const command = program
    .command('nc')
    .description('connect standard input and output to a TCP connection of a host of ours')
    .usage('[options] <host> <port>\n       halfclose nc -l [options] [host] <port>')
    .argument('<host and port...>', 'where to connect to, or with -l what to listen on')
    .addOption(new Option('-l, --listen', 'wait for one connection'))
    .addHelpText(
      'after',
      `
The end of standard input sends a FIN, as nc -N does, and the other direction goes on; the command ends when both have.`,
    )
    .action(nc);
  addHostOptions(command);
}

async function nc(words: readonly string[], options: NcOptions, command: Command): Promise<void> {
  const destination = destinationOf(words, options, command);
  await onTunHost(options, command, async (host) => {
    host.beforeClosing(() => process.stdin.destroy());
    const isServer = options.listen === true;
    await talk(await (isServer ? accepted(host, destination) : connected(host, destination)));
  });
}

function destinationOf(words: readonly string[], { listen }: NcOptions, command: Command): Destination {
  const text = words.at(-1) ?? '';
  const port = Number(text);
  const isComplete = listen === true ? words.length <= 2 : words.length === 2;
  if (!isComplete) {
    const wanted = listen === true ? 'a port, or one of our addresses and a port' : 'a host and a port';
    return command.error(`error: ${wanted} must be given`);
  }
  if (!/^\d+$/.test(text) || port < 1 || port > 0xffff)
    return command.error(`error: the port must be a whole number of 1 to 65535, not '${text}'`);
  return { host: words.length === 2 ? words[0] : undefined, port };
}

async function connected(host: TunHost, { host: name = '', port }: Destination): Promise<Socket> {
  const socket = host.net.connect({ host: name, port, allowHalfOpen: true, ...host.linger });
  host.watch(socket);
  await once(socket, 'connect');
  host.tell(`connected to ${name} port ${port}`);
  return socket;
}

/** Takes the first connection, and listens no more. */
async function accepted(host: TunHost, { host: name, port }: Destination): Promise<Socket> {
  const server = host.net.createServer({ allowHalfOpen: true, ...host.linger });
  // Of those that came before it stopped to listen.
  server.maxConnections = 1;
  server.on('connection', (socket) => {
    host.watch(socket);
    server.close();
  });
  server.listen({ port, ...(name !== undefined && { host: name }) }, () => {
    host.tell(`listening on ${name ?? 'all addresses'} port ${port}`);
  });
  const [socket] = (await once(server, 'connection')) as [Socket];
  host.tell(`connection from ${peerOf(socket)} port ${String(socket.remotePort)}`);
  return socket;
}

/**
 * Standard input to the peer, and what it sends to standard output, until both directions have ended and the peer has
 * acknowledged everything.
 */
async function talk(socket: Socket): Promise<void> {
  const { stdin, stdout } = process;
  await new Promise<void>((resolve, reject) => {
    for (const stream of [socket, stdin, stdout]) stream.once('error', reject);
    socket.once('close', () => resolve());
    stdin.pipe(socket);
    socket.pipe(stdout);
  });
  const report = await socket.close();
  if (!report.orderly) throw new Error(`the connection did not end in order: ${report.reason}`);
}
