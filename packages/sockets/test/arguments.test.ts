import { LOOPBACK_IPV4 } from '@halfclose/codec';
import { type ArgumentRow, COUNTS, faultsOf, OCTETS, type ValueKind, VALUES } from '@halfclose/test-support';
import { linux } from '@halfclose/stack';
import { describe, expect, it } from 'vitest';
import {
  AF_INET,
  Descriptors,
  Errno,
  errnoName,
  errnoText,
  MSG_OOB,
  MSG_PEEK,
  SHUT_RDWR,
  SocketOptions,
  TcpSocket,
} from '../src/index.ts';
import { accepted, read, TwoHosts, write } from './two-hosts.ts';

const hosts = new TwoHosts();
const listener = hosts.listener();
/** A socket of its own for each call, so that none is spoilt for the next one. */
const fresh = (): TcpSocket => new TcpSocket(hosts.a, AF_INET);

function closed(): TcpSocket {
  const socket = fresh();
  socket.close();
  return socket;
}

/** A connection with 100 octets to read, and the socket that sent them. */
function connected(): { a: TcpSocket; b: TcpSocket } {
  const a = hosts.connecting();
  hosts.settle();
  const b = accepted(listener);
  write(b, 100);
  hosts.settle();
  return { a, b };
}

const connectedA = (): TcpSocket => connected().a;
const options = (): SocketOptions => new SocketOptions(linux);

/** Every number is one that a kernel knows, or says EINVAL or EBADF to. */
const ANY_NUMBER: readonly ValueKind[] = ['NaN', '-1', '0', '1', '1.5', 'Infinity', '2**32'];
/** Of any value, setsockopt() says what a kernel does: EINVAL, or ENOPROTOOPT. */
const ANYTHING = Object.keys(VALUES) as ValueKind[];
const INTS: readonly ValueKind[] = ['-1', '0', '1'];
const OR_NONE: readonly ValueKind[] = ['undefined'];

const ROWS: readonly ArgumentRow[] = [
  { of: 'new TcpSocket()/host', call: (value) => new TcpSocket(value), takes: [] },
  { of: 'new TcpSocket()/family', call: (value) => new TcpSocket(hosts.a, value), takes: OR_NONE },
  {
    of: 'new TcpSocket()/accepted',
    call: (value) => new TcpSocket(hosts.a, AF_INET, value),
    takes: ['null', ...OR_NONE],
  },
  { of: 'bind()/address', call: (value) => fresh().bind(value, 0), takes: [] },
  { of: 'bind()/port', call: (value) => fresh().bind(LOOPBACK_IPV4, value), takes: COUNTS },
  { of: 'listen()/backlog', call: (value) => fresh().listen(value), takes: INTS },
  // A call that fails anyway is told of its argument first.
  { of: 'listen()/backlog', call: (value) => connectedA().listen(value), takes: INTS },
  { of: 'read()/max', call: (value) => fresh().read(value), takes: [...COUNTS, '2**32', 'Infinity'] },
  { of: 'getsockopt()/option', call: (value) => closed().getsockopt(value), takes: ["''", 'text'] },
  { of: 'connect()/address', call: (value) => fresh().connect(value, 80), takes: [] },
  { of: 'connect()/port', call: (value) => fresh().connect(LOOPBACK_IPV4, value), takes: COUNTS },
  { of: 'send()/bytes', call: (value) => connectedA().send(value), takes: OCTETS },
  { of: 'send()/bytes', call: (value) => connectedA().send(value, MSG_OOB), takes: OCTETS },
  { of: 'send()/bytes', call: (value) => fresh().send(value), takes: OCTETS },
  {
    of: 'send()/flags',
    call: (value) => connectedA().send(new Uint8Array(1), value),
    takes: [...INTS, ...OR_NONE],
  },
  { of: 'recv()/target', call: (value) => connectedA().recv(value), takes: OCTETS },
  { of: 'recv()/target', call: (value) => connectedA().recv(value, MSG_PEEK), takes: OCTETS },
  { of: 'recv()/target', call: (value) => connectedA().recv(value, MSG_OOB), takes: OCTETS },
  {
    of: 'recv()/flags',
    call: (value) => connectedA().recv(new Uint8Array(1), value),
    takes: [...INTS, ...OR_NONE],
  },
  { of: 'read()/max', call: (value) => connectedA().read(value), takes: [...COUNTS, '2**32', 'Infinity'] },
  { of: 'shutdown()/how', call: (value) => connectedA().shutdown(value), takes: ANY_NUMBER },
  { of: 'close()/onSettled', call: (value) => connectedA().close(value), takes: ['function', ...OR_NONE] },
  { of: 'abortOrphan()/reason', call: (value) => connectedA().abortOrphan(value), takes: OR_NONE },
  { of: 'markUnread()/octets', call: (value) => connectedA().markUnread(value), takes: [...COUNTS, '2**32'] },
  { of: 'watchOrphan()/onEvents', call: (value) => connectedA().watchOrphan(value), takes: ['function'] },
  {
    of: 'setsockopt()/option',
    call: (value) => fresh().setsockopt(value, 1 as never),
    takes: ["''", 'text'],
  },
  { of: 'setsockopt()/value', call: (value) => fresh().setsockopt('SO_RCVBUF', value), takes: ANYTHING },
  { of: 'setsockopt()/value', call: (value) => fresh().setsockopt('SO_LINGER', value), takes: ANYTHING },
  { of: 'setsockopt()/value', call: (value) => fresh().setsockopt('IP_OPTIONS', value), takes: ANYTHING },
  { of: 'getsockopt()/option', call: (value) => fresh().getsockopt(value), takes: ["''", 'text'] },
  {
    of: 'owner =/owner',
    call: (value) => {
      fresh().owner = value;
    },
    takes: ['null'],
  },
  { of: 'new SocketOptions()/profile', call: (value) => new SocketOptions(value), takes: [] },
  { of: 'options.set()/option', call: (value) => options().set(value, 1, 0), takes: ["''", 'text'] },
  { of: 'options.set()/value', call: (value) => options().set('TCP_NODELAY', value, 0), takes: ANYTHING },
  {
    of: 'options.set()/now',
    call: (value) => options().set('SO_KEEPALIVE', 1, value),
    takes: ['-1', ...COUNTS, '1.5', '2**32'],
  },
  { of: 'options.get()/option', call: (value) => options().get(value), takes: ["''", 'text'] },
  { of: 'options.change()/option', call: (value) => options().change(value, 1, 0), takes: ["''", 'text'] },
  { of: 'options.setLinger()/value', call: (value) => options().setLinger(value), takes: ANYTHING },
  { of: 'options.setIpOptions()/options', call: (value) => options().setIpOptions(value), takes: ANYTHING },
  { of: 'options.attach()/connection', call: (value) => options().attach(value), takes: [] },
  { of: 'options.inheritFrom()/listener', call: (value) => options().inheritFrom(value), takes: [] },
  {
    of: 'new Descriptors()/limit',
    call: (value) => new Descriptors(value),
    takes: ['1', '2**32', ...OR_NONE],
  },
  { of: 'descriptors.add()/socket', call: (value) => new Descriptors().add(value), takes: [] },
  { of: 'descriptors.get()/descriptor', call: (value) => new Descriptors().get(value), takes: ANY_NUMBER },
  { of: 'descriptors.dup()/descriptor', call: (value) => new Descriptors().dup(value), takes: ANY_NUMBER },
  {
    of: 'descriptors.close()/descriptor',
    call: (value) => new Descriptors().close(value),
    takes: ANY_NUMBER,
  },
  {
    of: 'descriptors.close()/onSettled',
    call: (value) => new Descriptors().close(3, value),
    takes: ['function', ...OR_NONE],
  },
  { of: 'errnoName()/errno', call: (value) => errnoName(value), takes: ANY_NUMBER },
  { of: 'errnoText()/errno', call: (value) => errnoText(value), takes: ANY_NUMBER },
];

describe('an argument that is none throws by its name, and any other is taken', () => {
  it.each(ROWS.map((row) => [row.of, row] as const))('%s', (_of, row) => {
    expect(faultsOf(row)).toEqual([]);
  });
});

it('a limit of descriptors that is no number is a TypeError, and any other a RangeError', () => {
  expect(() => new Descriptors('9' as never)).toThrow(TypeError);
  expect(() => new Descriptors(1.5)).toThrow(RangeError);
});

/** Calls on a connection, whose argument may be anything. */
const CALLS: readonly (readonly [name: string, call: (socket: TcpSocket, value: never) => unknown])[] = [
  ['send()', (socket, value) => socket.send(value)],
  ['send() with flags', (socket, value) => socket.send(new Uint8Array(0), value)],
  ['recv()', (socket, value) => socket.recv(value, MSG_PEEK)],
  ['recv() with flags', (socket, value) => socket.recv(new Uint8Array(0), value)],
  ['read()', (socket, value) => socket.read(value)],
  ['markUnread()', (socket, value) => socket.markUnread(value)],
  ['connect()', (socket, value) => socket.connect(value, value)],
  ['watchOrphan()', (socket, value) => socket.watchOrphan(value)],
  ['setsockopt()', (socket, value) => socket.setsockopt(value, value)],
  ['setsockopt() of a number', (socket, value) => socket.setsockopt('TCP_MAXSEG', value)],
  ['setsockopt() of SO_SNDBUF', (socket, value) => socket.setsockopt('SO_SNDBUF', value)],
  ['setsockopt() of IP_OPTIONS', (socket, value) => socket.setsockopt('IP_OPTIONS', value)],
  ['getsockopt()', (socket, value) => socket.getsockopt(value)],
  ['abortOrphan()', (socket, value) => socket.abortOrphan(value)],
  [
    'owner',
    (socket, value) => {
      socket.owner = value;
    },
  ],
];

describe('a connection goes on after calls that were refused', () => {
  it.each(CALLS)('%s with whatever value', (_name, call) => {
    const { a, b } = connected();
    for (const kind of ANYTHING) {
      // What may be taken would be part of the stream, or empty it.
      if (OCTETS.includes(kind) || COUNTS.includes(kind) || ['2**32', '-1', 'Infinity'].includes(kind))
        continue;
      try {
        call(a, VALUES[kind]() as never);
      } catch (error) {
        expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
      }
    }
    expect(a.readable).toBe(100);
    write(a, 5000);
    write(b, 50);
    hosts.settle();
    expect([read(a), read(b)]).toEqual([150, 5000]);
    a.shutdown(SHUT_RDWR);
    hosts.settle();
    expect([read(b), b.send(new Uint8Array(1))]).toEqual([0, 1]);
    expect(a.recv(new Uint8Array(1))).not.toBe(-Errno.EBADF);
    a.close();
    b.close();
    hosts.settle();
  });
});
