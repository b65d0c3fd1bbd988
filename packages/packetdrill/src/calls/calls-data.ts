import {
  AF_UNSPEC,
  Errno,
  MSG_FASTOPEN,
  MSG_MORE,
  MSG_OOB,
  MSG_PEEK,
  Poll,
  type SocketAddress,
  type TcpSocket,
} from '@halfclose/sockets';
import type { CallArguments } from './call-arguments.ts';
import { type CallOutcome, outcomeOf, type RunningCall } from './call-outcome.ts';
import {
  type CallCheck,
  type CallContext,
  type CallStart,
  immediate,
  onSocket,
  untilReady,
} from './call-context.ts';
import { familyOf, nameOf } from './calls-opening.ts';
import type { Expression } from '../script/expression.ts';
import { fieldOf } from './expression-value.ts';
import { messageFlagNames } from './message-flags.ts';

const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
/** Flags of send(2) that change nothing here: there are no signals. */
const MSG_NOSIGNAL = 0x4000;
const KNOWN_SEND_FLAGS = MSG_OOB | MSG_MORE | MSG_DONTWAIT | MSG_NOSIGNAL | MSG_FASTOPEN;
const KNOWN_RECEIVE_FLAGS = MSG_OOB | MSG_DONTWAIT | MSG_WAITALL | MSG_PEEK | MSG_NOSIGNAL;

/** Writes all of `bytes` unless the call may not block: then as much as fits at once. `before`: bytes that were written already. */
function writing(
  socket: TcpSocket,
  bytes: Uint8Array,
  flags: number,
  blocking: boolean,
  before = 0,
): RunningCall {
  let written = before;
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

/** `null`: AF_UNSPEC. */
type Destination = SocketAddress | null;

/** Whether a write goes with the SYN: by MSG_FASTOPEN, or as the first after connect() with TCP_FASTOPEN_CONNECT. */
function opensFast({ connection }: TcpSocket, flags: number): boolean {
  if ((flags & MSG_FASTOPEN) !== 0) return true;
  return connection?.fastOpen?.side === 'active' && connection.fastOpen.isDeferred;
}

/** A write that opens the connection. One that may block waits for the end of the handshake, and goes on then. */
function openingWrite(
  socket: TcpSocket,
  bytes: Uint8Array,
  flags: number,
  blocking: boolean,
  to: Destination,
  { newest }: CallContext,
): RunningCall {
  const passed = flags & (MSG_OOB | MSG_MORE | MSG_FASTOPEN);
  if ((flags & MSG_FASTOPEN) !== 0 && to === null) return immediate(-Errno.EOPNOTSUPP);
  const { connection: before } = socket;
  const first = to === null ? socket.send(bytes, passed) : socket.sendTo(bytes, passed, to.address, to.port);
  const name = socket.getsockname();
  const isOpening = (): boolean => {
    const state = socket.connection?.state;
    return state === 'SYN-SENT' || state === 'SYN-RECEIVED';
  };
  if (socket.connection !== before && name !== null && to !== null) {
    newest.onConnect(socket, {
      localAddress: name.address,
      localPort: name.port,
      remoteAddress: to.address,
      remotePort: to.port,
    });
  }
  if (!blocking || !isOpening() || (first < 0 && first !== -Errno.EINPROGRESS)) return immediate(first);
  const rest = writing(socket, bytes, flags & ~MSG_FASTOPEN, true, Math.max(first, 0));
  let outcome: CallOutcome | null = null;
  const goOn = (): void => {
    if (isOpening() || outcome !== null) return;
    socket.owner = null;
    // What went with the SYN is lost with it.
    if (socket.connection?.state === 'CLOSED')
      outcome = outcomeOf(-(socket.takeError() || Errno.ECONNABORTED));
    else outcome = rest();
  };
  // The acknowledgment of the SYN+ACK waits for who waits to write (Linux sk_write_pending).
  socket.owner = { onReadiness: goOn };
  return () => {
    goOn();
    return outcome;
  };
}

/** A write, which may open the connection. `destination`: where it is to go then; `null`: it does not say. */
function sending(
  socket: TcpSocket,
  bytes: Uint8Array,
  flags: number,
  args: CallArguments,
  context: CallContext,
  destination: () => Expression | null,
): RunningCall {
  const blocking = blocks(args, context, flags);
  if (!opensFast(socket, flags)) return writing(socket, bytes, flags, blocking);
  const name = destination();
  const to = name === null ? null : destinationOf(args, name, context);
  return openingWrite(socket, bytes, flags, blocking, to, context);
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

/** `at`: which argument has the flags. */
function flagsAmong(known: number, at: number): CallCheck {
  return (args) => {
    const unknown = args.integer(at) & ~known;
    if (unknown !== 0) throw args.unsupported(messageFlagNames(unknown));
  };
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
    if (args.isNull(1)) return immediate(-Errno.EFAULT);
    const bytes = args.bytes(args.at(1), args.length(args.at(2)));
    return sending(socket, bytes, flags, args, context, () => (args.count > 4 ? args.at(4) : null));
  });
}

/** Where a call sends to; `...` is the remote address of the settings. */
function destinationOf(args: CallArguments, name: Expression, { settings }: CallContext): Destination {
  if (name.kind === 'ellipsis') return { address: settings.remoteAddress, port: settings.connectPort };
  return familyOf(name) === AF_UNSPEC ? null : nameOf(args, name);
}

/** read, recv and recvfrom. */
function read(flagsAt: number): CallStart {
  return onSocket((socket, args, context) => {
    const flags = flagsAt < 0 ? 0 : args.integer(flagsAt);
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

const writev: CallStart = onSocket((socket, args, context) => {
  return sending(socket, joined(args, countedVector(args)), 0, args, context, () => null);
});

const readv: CallStart = onSocket((socket, args, context) =>
  reading(socket, lengthOf(args, countedVector(args)), 0, blocks(args, context, 0), () => null),
);

const sendmsg: CallStart = onSocket((socket, args, context) => {
  const flags = args.integer(2);
  const bytes = joined(args, messageVector(args));
  return sending(socket, bytes, flags, args, context, () => fieldOf(args.at(1), 'msg_name')?.value ?? null);
});

const recvmsg: CallStart = onSocket((socket, args, context) => {
  const flags = args.integer(2);
  const control = controlMessages(args);
  const length = lengthOf(args, messageVector(args));
  return reading(socket, length, flags, blocks(args, context, flags), () => {
    const left = socket.leftToRead;
    const told = left === null ? [] : [left];
    if (told.length === control.length && told.every((value, index) => value === control[index])) return null;
    return `the control messages TCP_CM_INQ are [${told.join(', ')}], expected [${control.join(', ')}]`;
  });
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

/** What the script says that control messages of TCP_CM_INQ tell, in order. */
function controlMessages(args: CallArguments): number[] {
  const control = fieldOf(args.at(1), 'msg_control')?.value;
  if (control === undefined) return [];
  if (control.kind !== 'list') throw args.unsupported('msg_control of that kind');
  return control.items.map((message) => {
    const type = fieldOf(message, 'cmsg_type')?.value;
    const name = type?.kind === 'symbol' ? type.name : 'of an unknown type';
    const left = args.field(message, 'cmsg_data');
    if (name !== 'TCP_CM_INQ' || left === null) throw args.unsupported(`a control message ${name}`);
    return left;
  });
}

const checkReceivedMessage: CallCheck = (args) => {
  flagsAmong(KNOWN_RECEIVE_FLAGS, 2)(args);
  controlMessages(args);
  const told = args.field(args.at(1), 'msg_flags') ?? 0;
  if (told !== 0) throw args.unsupported('msg_flags');
};

/** What of these calls cannot be done. */
export const DATA_CHECKS: Readonly<Record<string, CallCheck>> = {
  send: flagsAmong(KNOWN_SEND_FLAGS, 3),
  sendto: flagsAmong(KNOWN_SEND_FLAGS, 3),
  sendmsg: flagsAmong(KNOWN_SEND_FLAGS, 2),
  recv: flagsAmong(KNOWN_RECEIVE_FLAGS, 3),
  recvfrom: flagsAmong(KNOWN_RECEIVE_FLAGS, 3),
  recvmsg: checkReceivedMessage,
};
