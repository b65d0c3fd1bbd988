import { closeSync, openSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import type { CaptureFilter } from '@halfclose/net/inspect';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readOutputFile, STANDARD_OUTPUT } from '../output-path.ts';
import { Interrupted, untilInterrupted } from '../tun/interruption.ts';
import { readInteger } from '../tun/tun-options.ts';
import { UsageError } from '../usage-error.ts';
import { type Answer, ask, socketsOf, type Whose } from './inspection-client.ts';
import { PacketBlocks } from './packet-blocks.ts';
import { addWhose, readSeconds } from './whose-options.ts';

interface CaptureOptions extends Whose {
  readonly write: string;
  readonly port?: number;
  readonly host?: string;
  readonly count: number;
  readonly duration?: number;
}

/** How long the process has to send what it held back, in milliseconds. */
const FAREWELL = 2000;
const STDOUT = 1;

/** Adds the command `capture`. */
export function addCapture(program: Command): void {
  const command = program
    .command('capture')
    .description('write the packets of a running process as pcapng, until it ends or is interrupted');
  addWhose(command)
    .addOption(
      new Option('-w, --write <file>', 'where to; -: standard output')
        .argParser(readOutputFile)
        .default(STANDARD_OUTPUT),
    )
    .addOption(
      new Option('--port <port>', 'only packets of TCP from or to this port').argParser((text) =>
        readInteger(text, 1, 0xffff),
      ),
    )
    .addOption(new Option('--host <address>', 'only packets from or to this address').argParser(readAddress))
    .addOption(
      new Option('-c, --count <number>', 'packets, and then no more')
        .argParser((text) => readInteger(text, 1, Number.MAX_SAFE_INTEGER))
        .default(Infinity, 'until interrupted'),
    )
    .addOption(new Option('--duration <seconds>', 'how long').argParser(readSeconds))
    .action(capture);
}

function readAddress(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError('It must be an address, IPv4 or IPv6.');
  return text;
}

async function capture(options: CaptureOptions): Promise<void> {
  const { write, port, host } = options;
  if (write === STANDARD_OUTPUT && process.stdout.isTTY)
    throw new UsageError(
      'pcapng is nothing for a terminal: give --write a file, or pipe it, as to `tshark -r -`',
    );
  const filter: CaptureFilter = {
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
  };
  const [path = '', ...others] = socketsOf(options);
  if (others.length > 0)
    throw new UsageError(
      'there are several processes: say which, by --pid or --socket (halfclose connections lists them)',
    );
  await untilInterrupted(async (interruption) => {
    const answer = await ask(path, { want: 'capture', filter });
    if (answer === null) throw new Error('the process has ended');
    const { socket } = answer;
    try {
      await copyPackets(answer, options, interruption);
    } finally {
      // One that nobody reads would hold the process.
      socket.destroy();
    }
  });
}

async function copyPackets(
  { socket, rest }: Answer,
  { write, count, duration }: CaptureOptions,
  interruption: Promise<never>,
): Promise<void> {
  const file = write === STANDARD_OUTPUT ? STDOUT : openSync(write, 'w');
  const blocks = new PacketBlocks(count);
  const stop = stopping(socket, interruption, duration);
  try {
    writeAll(file, blocks.take(rest));
    for await (const piece of socket) {
      writeAll(file, blocks.take(piece as Buffer));
      if (blocks.isFull) break;
    }
  } catch (error) {
    // It was time to end, and the process did not: it is stopped, say. What is there is whole.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  } finally {
    stop();
    if (file !== STDOUT) closeSync(file);
    process.stderr.write(`${blocks.packets} ${blocks.packets === 1 ? 'packet' : 'packets'} captured\n`);
  }
}

/** Ends our half when it is time to; the rest of the file comes then. Returns what takes that back. */
function stopping(socket: Socket, interruption: Promise<never>, duration: number | undefined): () => void {
  let farewell: NodeJS.Timeout | undefined;
  const end = (): void => {
    socket.end();
    farewell ??= setTimeout(() => socket.destroy(), FAREWELL);
  };
  const timer = duration === undefined ? undefined : setTimeout(end, duration * 1000);
  interruption.catch((error: unknown) => {
    if (error instanceof Interrupted) end();
  });
  return () => {
    clearTimeout(timer);
    clearTimeout(farewell);
  };
}

/** Whole, also to a pipe that does not wait. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(file, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
