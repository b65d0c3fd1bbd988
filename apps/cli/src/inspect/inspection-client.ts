import { lstatSync, unlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { basename } from 'node:path';
import {
  type InspectionReply,
  type InspectionRequest,
  inspectionDirectory,
  inspectionSockets,
  requireOurs,
} from '@halfclose/net/inspect';

/** How long a process has to answer, in milliseconds: one that is stopped, or busy, does not. */
const PATIENCE = 5000;

/** What a process tells of itself. */
export type Inspected = Exclude<InspectionReply, { readonly error: string }>;

/** Which processes are meant. */
export interface Whose {
  readonly pid?: number;
  readonly socket?: string;
}

/** An answer, and the socket that it came by. */
export interface Answer {
  readonly reply: Inspected;
  readonly socket: Socket;
  /** What came behind the answer in the same piece. */
  readonly rest: Buffer;
}

/**
 * The sockets of the processes that are meant, by default of all that let this user look into them.
 *
 * @throws Error that says what to do where there is none
 */
export function socketsOf({ pid, socket }: Whose): readonly string[] {
  if (socket !== undefined) return [socket];
  const all = inspectionSockets();
  const found = pid === undefined ? all : all.filter((path) => parseInt(basename(path), 10) === pid);
  if (found.length > 0) return found;
  const who = pid === undefined ? 'no process of this user lets' : `process ${pid} does not let`;
  throw new Error(
    `${who} others look into it (there is no socket in ${inspectionDirectory()}): start it with HALFCLOSE_INSPECT=1 and ` +
      '`node --import @halfclose/net/register`, or have it call openInspection(host)',
  );
}

/**
 * Asks a process. Resolves with `null` if it is no more; what it left is removed then.
 *
 * @throws Error where the socket is not ours, nobody answers, or the answer is a refusal
 */
export async function ask(path: string, request: InspectionRequest): Promise<Answer | null> {
  try {
    requireOurs(path, 'socket');
    return await answerOf(path, request);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED') {
      removeIfSocket(path);
      return null;
    }
    // It has ended since the directory was read.
    if (code === 'ENOENT' && /^\d+(-\d+)?\.sock$/.test(basename(path))) return null;
    throw error;
  }
}

function removeIfSocket(path: string): void {
  try {
    if (lstatSync(path).isSocket()) unlinkSync(path);
  } catch {
    // Somebody else was faster.
  }
}

async function answerOf(path: string, request: InspectionRequest): Promise<Answer> {
  const socket = connect({ path, allowHalfOpen: true });
  return new Promise<Answer>((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const refuse = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const onTimeout = (): void =>
      refuse(new Error(`who has ${path} does not answer: it may be stopped, or busy`));
    const onEnd = (): void => refuse(new Error(`who has ${path} ended without an answer`));
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\n');
      if (end < 0) return;
      socket.pause();
      socket.off('data', onData).off('end', onEnd).off('timeout', onTimeout).setTimeout(0);
      try {
        const reply = JSON.parse(bytes.subarray(0, end).toString()) as InspectionReply;
        if ('error' in reply) refuse(new Error(`who has ${path} refused: ${reply.error}`));
        else resolve({ reply, socket, rest: bytes.subarray(end + 1) });
      } catch {
        refuse(new Error(`who has ${path} is no process of Halfclose`));
      }
    };
    socket.setTimeout(PATIENCE, onTimeout);
    socket.once('error', reject).once('end', onEnd).on('data', onData);
    socket.write(`${JSON.stringify(request)}\n`);
  });
}
