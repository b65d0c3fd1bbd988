import { Errno } from '@halfclose/sockets';
import { attempt, connectingHandle, type ConnectingHandle, connectionError } from './connect-attempt.ts';
import { attemptsError, codedError, ECANCELED } from '../errors.ts';
import type { ConnectRequest } from '../handle/handle-owner.ts';
import { clearTimeout, setTimeout } from '../native/host-functions.ts';
import { native } from '../native/native-net.ts';
import { inThisScope } from '../handle/request-scope.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import { kHandle, kNetwork } from '../socket/socket-fields.ts';
import { TcpHandle } from '../handle/tcp-handle.ts';
import { kAborted, kAttachHandle } from '../socket/socket-members.ts';

/** An address to try. */
export interface Candidate {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Several addresses to try, one after the other. */
export interface Candidates {
  readonly addresses: readonly Candidate[];
  readonly port: number;
  readonly localPort: number | undefined;
  /** Milliseconds for each attempt but the last. */
  readonly timeout: number;
  readonly onConnected: (socket: SocketBase) => void;
}

/** Valid addresses, each once, families in turn, beginning with that of the first (RFC 8305, section 4). */
export function preferenceOrder(
  addresses: readonly { readonly address?: unknown; readonly family?: unknown }[],
): Candidate[] {
  const seen = new Set<string>();
  const valid = addresses.flatMap(({ address, family }): Candidate[] => {
    if (typeof address !== 'string' || native.isIP(address) === 0 || seen.has(address)) return [];
    if (family !== 4 && family !== 6) return [];
    seen.add(address);
    return [{ address, family }];
  });
  const preferred = valid.filter(({ family }) => family === valid[0]?.family);
  const other = valid.filter(({ family }) => family !== valid[0]?.family);
  const ordered: Candidate[] = [];
  for (let i = 0; i < Math.max(preferred.length, other.length); i++) {
    ordered.push(...preferred.slice(i, i + 1), ...other.slice(i, i + 1));
  }
  return ordered;
}

/** Tries the addresses in order until one connects; as Node, an attempt that takes too long is given up. */
export function connectToAddresses(socket: SocketBase, candidates: Candidates): void {
  socket.autoSelectFamilyAttemptedAddresses = [];
  new AddressRace(socket, candidates).next(false);
}

class AddressRace {
  readonly #socket: SocketBase;
  readonly #candidates: Candidates;
  readonly #errors: Error[] = [];
  #current = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(socket: SocketBase, candidates: Candidates) {
    this.#socket = socket;
    this.#candidates = candidates;
  }

  next(canceled: boolean): void {
    this.#stopTimer();
    const socket = this.#socket;
    if (socket[kAborted] === true) return;
    const candidate = this.#candidates.addresses[this.#current];
    if (canceled || candidate === undefined) {
      socket.destroy(
        this.#errors.length > 0
          ? attemptsError(this.#errors)
          : codedError(Error, 'ERR_SOCKET_CONNECTION_TIMEOUT', 'Socket connection timeout'),
      );
      return;
    }
    if (this.#current > 0) {
      socket[kHandle]?.close();
      socket[kAttachHandle](new TcpHandle(socket[kNetwork]));
    }
    this.#current++;
    this.#try(candidate, this.#current);
  }

  #try({ address, family }: Candidate, turn: number): void {
    const socket = this.#socket;
    const { port, localPort, addresses, timeout } = this.#candidates;
    const handle = connectingHandle(socket, { address, port, family, localAddress: undefined, localPort });
    if (handle === null) return;
    if (handle instanceof Error) {
      this.#errors.push(handle);
      this.next(false);
      return;
    }
    let pending: ConnectRequest | null = null;
    const failure = attempt(
      socket,
      handle,
      { address, port, family, localAddress: undefined, localPort },
      inThisScope((errno, request) => {
        pending = request;
        this.#settled(errno, request, turn, handle);
      }),
      true,
    );
    if (failure !== null) {
      this.#errors.push(failure);
      if (!('syscall' in failure) || failure.syscall === 'connect')
        socket.emit('connectionAttemptFailed', address, port, family, failure);
      this.next(false);
    } else if (pending === null && turn < addresses.length) {
      this.#timer = setTimeout(() => {
        this.#timedOut(
          { address, port, family, localAddress: undefined, localPort, oncomplete: null },
          handle,
          turn,
        );
      }, timeout);
    }
  }

  #settled(errno: number, request: ConnectRequest, turn: number, handle: ConnectingHandle): void {
    // Given up already: it has been counted as timed out.
    if (turn !== this.#current) return;
    this.#stopTimer();
    const socket = this.#socket;
    if (errno !== 0) {
      const error = connectionError(errno, request);
      this.#errors.push(error);
      socket.emit('connectionAttemptFailed', request.address, request.port, request.family, error);
      if (socket.connecting) this.next(errno === ECANCELED);
      return;
    }
    if (socket.destroyed || socket[kHandle] !== handle) return;
    this.#candidates.onConnected(socket);
  }

  #timedOut(request: ConnectRequest, handle: ConnectingHandle, turn: number): void {
    if (turn !== this.#current) return;
    const socket = this.#socket;
    socket.emit('connectionAttemptTimeout', request.address, request.port, request.family);
    this.#errors.push(connectionError(-Errno.ETIMEDOUT, request));
    handle.close();
    if (socket.connecting) this.next(false);
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
