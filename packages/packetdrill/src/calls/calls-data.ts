import { Errno, MSG_MORE, MSG_OOB, MSG_PEEK, Poll, type TcpSocket } from '@halfclose/sockets';
import type { CallArguments } from './call-arguments.ts';
import { type CallOutcome, outcomeOf, type RunningCall } from './call-outcome.ts';
import { type CallContext, type CallStart, immediate, onSocket, untilReady } from './call-context.ts';
import type { Expression } from '../script/expression.ts';
import { fieldOf } from './expression-value.ts';

const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
/** Flags of send(2) that change nothing here: there are no signals. */
const MSG_NOSIGNAL = 0x4000;
const KNOWN_SEND_FLAGS = MSG_OOB | MSG_MORE | MSG_DONTWAIT | MSG_NOSIGNAL;
const KNOWN_RECEIVE_FLAGS = MSG_OOB | MSG_DONTWAIT | MSG_WAITALL | MSG_PEEK | MSG_NOSIGNAL;

/** Writes all of `bytes` unless the call may not block: then as much as fits at once. */
function writing(socket: TcpSocket, bytes: Uint8Array, flags: number, blocking: boolean): RunningCall {
  let written = 0;
  return untilReady(blocking, () => {
    for (;;) {
      // What was taken is returned first; an error stays for the next call.
      if (written > 0 && (socket.poll() & Poll.ERR) !== 0) return written;
      const result = socket.send(
        written === 0 ? bytes : bytes.subarray(written),
        flags & (MSG_OOB | MSG_MORE),
      );
      if (result >= 0) written += result;
      if (written === bytes.length) return written;
      if (result === -Errno.EAGAIN) return written > 0 && !blocking ? written : -Errno.EAGAIN;
      if (result < 0) return written > 0 ? written : result;
      if (!blocking) return written;
    }
  });
}

/** Reads what there is, or with MSG_WAITALL as much as the buffer holds. */
function reading(
  socket: TcpSocket,
  length: number,
  flags: number,
  blocking: boolean,
  check: (bytes: Uint8Array) => string | null,
): RunningCall {
  const buffer = new Uint8Array(length);
  let filled = 0;
  const done = (): CallOutcome => outcomeOf(filled, check(buffer.subarray(0, filled)));
  return untilReady(blocking, () => {
    for (;;) {
      // What was read is returned first; an error stays for the next call.
      if (filled > 0 && (socket.poll() & Poll.ERR) !== 0) return done();
      const result = socket.recv(buffer.subarray(filled), flags & (MSG_PEEK | MSG_OOB));
      if (result > 0) filled += result;
      const wantsMore = (flags & MSG_WAITALL) !== 0 && filled < length;
      if (result === -Errno.EAGAIN) return filled > 0 && !blocking ? done() : -Errno.EAGAIN;
      if (result < 0 && filled === 0) return result;
      if (result <= 0 || !wantsMore) return done();
    }
  });
}

/** With NULL as buffer, text that could be read is an error; the end of the stream is not. */
function readingNowhere(socket: TcpSocket, flags: number, blocking: boolean): RunningCall {
  return untilReady(blocking, () => {
    const result = socket.recv(new Uint8Array(1), (flags & MSG_OOB) | MSG_PEEK);
    return result > 0 ? -Errno.EFAULT : result;
  });
}

function blocks(args: CallArguments, context: CallContext, flags: number): boolean {
  return context.files.isBlocking(args.integer(0)) && (flags & MSG_DONTWAIT) === 0;
}

function checkFlags(args: CallArguments, flags: number, known: number): void {
  if ((flags & ~known) !== 0) throw args.unsupported(`flags 0x${(flags & ~known).toString(16)}`);
}

/** What a script says that a buffer holds afterwards; `...` is anything. */
function contentCheck(expression: Expression): (bytes: Uint8Array) => string | null {
  if (expression.kind !== 'string') return () => null;
  const { value, isPrefix } = expression;
  return (bytes) => {
    const got = String.fromCharCode(...bytes);
    const matches = isPrefix ? got.startsWith(value) : got === value;
    return matches ? null : `read ${JSON.stringify(got)}, expected ${JSON.stringify(value)}`;
  };
}

/** write, send and sendto: `flagsAt` is where the flags stand; -1: there are none. */
function write(flagsAt: number): CallStart {
  return onSocket((socket, args, context) => {
    const flags = flagsAt < 0 ? 0 : args.integer(flagsAt);
    checkFlags(args, flags, KNOWN_SEND_FLAGS);
    if (args.isNull(1)) return immediate(-Errno.EFAULT);
    const bytes = args.bytes(args.at(1), args.length(args.at(2)));
    return writing(socket, bytes, flags, blocks(args, context, flags));
  });
}

/** read, recv and recvfrom. */
function read(flagsAt: number): CallStart {
  return onSocket((socket, args, context) => {
    const flags = flagsAt < 0 ? 0 : args.integer(flagsAt);
    checkFlags(args, flags, KNOWN_RECEIVE_FLAGS);
    if (args.isNull(1)) return readingNowhere(socket, flags, blocks(args, context, flags));
    const check = contentCheck(args.at(1));
    return reading(socket, args.length(args.at(2)), flags, blocks(args, context, flags), check);
  });
}

/** The lengths and buffers of `[{..., 1000}, {..., 500}]`. */
function vectorOf(args: CallArguments, list: Expression): { buffer: Expression; length: number }[] {
  if (list.kind !== 'list') throw args.unsupported('an iovec of that kind');
  let total = 0;
  return list.items.map((item) => {
    const [buffer, octets] = item.kind === 'struct' ? item.items : [];
    if (buffer === undefined || octets === undefined) throw args.unsupported('an iovec of that kind');
    const length = args.length(octets, total);
    total += length;
    return { buffer, length };
  });
}

function joined(args: CallArguments, list: Expression): Uint8Array {
  const parts = vectorOf(args, list).map(({ buffer, length }) => args.bytes(buffer, length));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The vector of writev and readv. */
function countedVector(args: CallArguments): Expression {
  args.checkCount('iovcnt', args.at(2), args.items(1).length);
  return args.at(1);
}

function messageVector(args: CallArguments): Expression {
  const field = fieldOf(args.at(1), 'msg_iov');
  if (field === null) throw args.unsupported('a message without msg_iov');
  const { value, count } = field;
  if (value.kind === 'list' && count?.kind !== 'ellipsis')
    args.checkCount('msg_iovlen', count, value.items.length);
  return value;
}

function lengthOf(args: CallArguments, list: Expression): number {
  return vectorOf(args, list).reduce((sum, { length }) => sum + length, 0);
}

const writev: CallStart = onSocket((socket, args, context) =>
  writing(socket, joined(args, countedVector(args)), 0, blocks(args, context, 0)),
);

const readv: CallStart = onSocket((socket, args, context) =>
  reading(socket, lengthOf(args, countedVector(args)), 0, blocks(args, context, 0), () => null),
);

const sendmsg: CallStart = onSocket((socket, args, context) => {
  const flags = args.integer(2);
  checkFlags(args, flags, KNOWN_SEND_FLAGS);
  return writing(socket, joined(args, messageVector(args)), flags, blocks(args, context, flags));
});

const recvmsg: CallStart = onSocket((socket, args, context) => {
  const flags = args.integer(2);
  checkFlags(args, flags, KNOWN_RECEIVE_FLAGS);
  const control = fieldOf(args.at(1), 'msg_control');
  if (control !== null) throw args.unsupported('msg_control');
  const told = args.field(args.at(1), 'msg_flags') ?? 0;
  if (told !== 0) throw args.unsupported('msg_flags');
  return reading(
    socket,
    lengthOf(args, messageVector(args)),
    flags,
    blocks(args, context, flags),
    () => null,
  );
});

/** Calls that move text. */
export const DATA_CALLS: Readonly<Record<string, CallStart>> = {
  write: write(-1),
  send: write(3),
  sendto: write(3),
  writev,
  sendmsg,
  read: read(-1),
  recv: read(3),
  recvfrom: read(3),
  readv,
  recvmsg,
};
