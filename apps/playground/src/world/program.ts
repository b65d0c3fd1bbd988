import {
  AF_INET,
  Descriptors,
  Errno,
  errnoName,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  TcpSocket,
} from '@halfclose/sockets';
import type { Connection, Host, IpAddress } from '@halfclose/stack';
import type { Call, HostName, SocketOption } from './world-setup.ts';

const LARGEST_READ = 65_536;
const LARGEST_WRITE = 65_536;
const HOW = { rd: SHUT_RD, wr: SHUT_WR, rdwr: SHUT_RDWR } as const;
const SHUT_NAMES = { rd: 'SHUT_RD', wr: 'SHUT_WR', rdwr: 'SHUT_RDWR' } as const;

/** Where programs are, and whom they call. */
export interface Addresses {
  readonly own: IpAddress;
  readonly peer: IpAddress;
  /** The port that it listens on, or connects from. */
  readonly port: number;
  readonly peerPort: number;
}

/** What a program tells of its calls, where the stack's own events would tell too much. */
export interface ProgramTeller {
  called(socket: TcpSocket | null, call: string, result: string): void;
  watched(connection: Connection): void;
  moved(kind: 'read' | 'write', bytes: number): void;
  set(option: string, value: number): void;
}

/** What a world notes of its sockets: which letter it writes, and what of it was read. */
interface Stream {
  readonly letter: number;
  /** What is still to be written before the next call is made. */
  pending: number;
}

/**
 * A program on a host, with one socket after the other, that makes one call after the other. It accepts what connects to it, and
 * reads all that arrives, unless it is told not to. What it writes to its nth connection is the nth letter.
 */
export class Program {
  readonly #host: Host;
  readonly #addresses: Addresses;
  readonly #tell: ProgramTeller;
  readonly #calls: Call[] = [];
  readonly #options: [option: SocketOption, value: number][] = [];
  readonly #files = new Descriptors();
  /** Those of the socket in use. */
  #descriptors: number[] = [];
  #listener: TcpSocket | null = null;
  #socket: TcpSocket | null = null;
  #stream: Stream = { letter: 0, pending: 0 };
  #connections = 0;
  #reads = true;
  #accepts = true;
  #hasEnded = false;
  #nextPort: number;

  constructor(host: Host, addresses: Addresses, tell: ProgramTeller) {
    this.#host = host;
    this.#addresses = addresses;
    this.#tell = tell;
    this.#nextPort = addresses.port;
  }

  /** Makes a call, once those before have returned. */
  call(call: Call): void {
    this.#calls.push(call);
    this.#run();
  }

  #run(): void {
    while (this.#stream.pending === 0) {
      const call = this.#calls.shift();
      if (call === undefined) return;
      this.#make(call);
    }
  }

  #make(call: Call): void {
    switch (call.call) {
      case 'listen':
        this.#listen(call.backlog);
        return;
      case 'connect':
        this.#connect(call.port);
        return;
      case 'send':
        this.#send(call.bytes);
        return;
      case 'recv':
        this.#receive(call.bytes);
        return;
      case 'read':
        this.#reads = call.isOn;
        this.#tell.called(this.#socket, call.isOn ? '(reads again)' : '(reads no more)', '');
        if (call.isOn) this.#readAll();
        return;
      case 'shutdown':
        if (this.#socket === null) this.#tellNone(`shutdown(${SHUT_NAMES[call.how]})`);
        else this.#socket.shutdown(HOW[call.how]);
        return;
      case 'close':
        this.#close();
        return;
      case 'linger':
        if (this.#socket === null) {
          this.#tellNone('setsockopt(SO_LINGER)');
          return;
        }
        this.#tell.set('SO_LINGER', call.seconds ?? -1);
        this.#socket.setsockopt('SO_LINGER', {
          onoff: call.seconds === null ? 0 : 1,
          linger: call.seconds ?? 0,
        });
        return;
      case 'set':
        this.#options.push([call.option, call.value]);
        if (this.#socket?.closed !== false) return;
        this.#tell.set(call.option, call.value);
        this.#socket.setsockopt(call.option, call.value);
        return;
      case 'accept':
        this.#accepts = call.isOn;
        if (call.isOn) this.#accept();
        return;
      case 'dup':
        this.#dup();
        return;
      case 'error':
        this.#error();
        return;
      case 'again':
        this.#again();
        return;
      case 'exit':
        this.#tell.called(this.#socket, '(its process ends)', '');
        this.#files.closeAll();
        return;
      case 'unlisten':
        if (this.#listener === null) this.#tellNone('close');
        else this.#listener.close();
        this.#listener = null;
        return;
      case 'crash':
      case 'flood':
        // The world does these.
        return;
    }
  }

  #tellNone(call: string): void {
    this.#tell.called(null, call, '-1 EBADF');
  }

  #opened(socket: TcpSocket): void {
    this.#socket = socket;
    this.#descriptors = [this.#files.add(socket)];
    this.#stream = { letter: 0x61 + (this.#connections++ % 26), pending: 0 };
    this.#hasEnded = false;
    socket.owner = {
      onReadiness: () => {
        if (socket === this.#socket) this.#onReadiness();
      },
    };
  }

  #prepared(socket: TcpSocket): TcpSocket {
    // As every server does, and as who wants a port of TIME-WAIT again has to.
    socket.options.set('SO_REUSEADDR', 1, this.#host.now);
    for (const [option, value] of this.#options) {
      this.#tell.set(option, value);
      socket.setsockopt(option, value);
    }
    return socket;
  }

  #listen(backlog: number): void {
    const { own, port } = this.#addresses;
    const listener = this.#prepared(new TcpSocket(this.#host, AF_INET));
    const bound = listener.bind(own, port);
    if (bound < 0 || listener.listen(backlog) < 0) return;
    this.#listener = listener;
    listener.owner = {
      onReadiness: () => {
        this.#accept();
      },
    };
  }

  #accept(): void {
    if (!this.#accepts) return;
    const accepted = this.#listener?.accept();
    if (accepted === undefined || typeof accepted === 'number') return;
    this.#opened(accepted);
    this.#onReadiness();
  }

  #connect(port: number | null): void {
    const { own, peer, peerPort } = this.#addresses;
    const from = port ?? this.#nextPort;
    this.#nextPort = from + 1;
    const socket = this.#prepared(new TcpSocket(this.#host, AF_INET));
    this.#opened(socket);
    if (socket.bind(own, from) < 0) return;
    socket.connect(peer, peerPort);
    if (socket.connection !== null) this.#tell.watched(socket.connection);
  }

  #send(bytes: number): void {
    const socket = this.#socket;
    if (socket === null) {
      this.#tellNone(`send(${bytes})`);
      return;
    }
    const taken = this.#write(socket, bytes);
    if (taken < 0) {
      this.#tell.called(socket, `send(${bytes})`, `-1 ${errnoName(taken) ?? taken}`);
      return;
    }
    this.#stream.pending = bytes - taken;
    this.#tell.called(
      socket,
      `send(${bytes})`,
      taken === bytes ? String(bytes) : `${taken} for now, and waits`,
    );
  }

  /** Writes as much as there is room for; returns how much, or an error. */
  #write(socket: TcpSocket, bytes: number): number {
    let written = 0;
    let result = 0;
    while (written < bytes) {
      const chunk = new Uint8Array(Math.min(LARGEST_WRITE, bytes - written)).fill(this.#stream.letter);
      result = socket.send(chunk);
      if (result < 0) break;
      written += result;
      if (result < chunk.length) break;
    }
    if (written > 0) this.#tell.moved('write', written);
    return written > 0 ? written : result === -Errno.EAGAIN ? 0 : result;
  }

  #onReadiness(): void {
    const socket = this.#socket;
    if (socket === null) return;
    if (this.#stream.pending > 0) {
      const written = this.#write(socket, this.#stream.pending);
      if (written < 0) {
        this.#tell.called(socket, '(send() returns', `-1 ${errnoName(written) ?? written})`);
        this.#stream.pending = 0;
      } else {
        this.#stream.pending -= written;
        if (this.#stream.pending === 0 && written > 0)
          this.#tell.called(socket, '(send() has taken everything)', '');
      }
      this.#run();
    }
    if (this.#reads) this.#readAll();
  }

  #readAll(): void {
    const socket = this.#socket;
    if (socket === null || socket.closed || this.#hasEnded) return;
    for (;;) {
      const read = socket.read(LARGEST_READ);
      if (typeof read === 'number') {
        if (read === -Errno.EAGAIN || read === -Errno.ENOTCONN) return;
        this.#hasEnded = true;
        this.#tell.called(
          socket,
          'recv()',
          read === 0 ? '0: the end of the stream' : `-1 ${errnoName(read) ?? read}`,
        );
        return;
      }
      this.#tell.moved('read', read.length);
      this.#checkLetters(socket, read);
    }
  }

  #receive(bytes: number): void {
    const socket = this.#socket;
    if (socket === null) {
      this.#tellNone(`recv(${bytes})`);
      return;
    }
    const read = socket.read(bytes);
    const result =
      typeof read !== 'number' ? String(read.length) : read === 0 ? '0' : `-1 ${errnoName(read) ?? read}`;
    this.#tell.called(socket, `recv(${bytes})`, result);
    if (typeof read === 'number') return;
    this.#tell.moved('read', read.length);
    this.#checkLetters(socket, read);
  }

  /** What another connection's program wrote is told of: nobody may ever see it. */
  #checkLetters(socket: TcpSocket, read: Uint8Array): void {
    const { letter } = this.#stream;
    let foreign = 0;
    for (const octet of read) if (octet !== letter) foreign++;
    if (foreign > 0)
      this.#tell.called(
        socket,
        'recv()',
        `${read.length}, ${foreign} of them written to an earlier connection`,
      );
  }

  #dup(): void {
    const [first] = this.#descriptors;
    if (first === undefined) {
      this.#tellNone('dup()');
      return;
    }
    const copy = this.#files.dup(first);
    this.#descriptors.push(copy);
    this.#tell.called(this.#socket, `dup(${first})`, String(copy));
  }

  #error(): void {
    if (this.#socket === null) {
      this.#tellNone('getsockopt(SO_ERROR)');
      return;
    }
    const error = this.#socket.takeError();
    this.#tell.called(
      this.#socket,
      'getsockopt(SO_ERROR)',
      error === 0 ? '0' : (errnoName(error) ?? String(error)),
    );
  }

  #again(): void {
    const { peer, peerPort } = this.#addresses;
    if (this.#socket === null) {
      this.#tellNone('connect()');
      return;
    }
    this.#socket.connect(peer, peerPort);
  }

  #close(): void {
    const socket = this.#socket;
    const descriptor = this.#descriptors.pop();
    if (socket === null || descriptor === undefined) {
      this.#tellNone('close()');
      return;
    }
    const isLast = this.#descriptors.length === 0;
    if (!isLast) this.#tell.called(socket, `close(${descriptor})`, '0: there is another descriptor');
    const started = this.#host.timers.now();
    this.#files.close(descriptor, () => {
      const took = this.#host.timers.now() - started;
      if (took > 0) this.#tell.called(socket, `(close() returns by now, after ${took / 1000} s)`, '');
    });
    // So that its close report tells how it went on.
    if (isLast) socket.watchOrphan(() => undefined);
  }
}

/** Where the programs of a world are. */
export const PORTS: Readonly<Record<HostName, number>> = { client: 40_000, server: 80 };
