import { Timer } from '@halfclose/stack';
import type { Candidate } from './connect-addresses.ts';
import {
  attempt,
  type Attempt,
  type ConnectingHandle,
  connectionError,
  routedHandle,
} from './connect-attempt.ts';
import { attemptsError, invalidArgumentType } from '../errors.ts';
import type { ConnectRequest } from '../handle/handle-owner.ts';
import { inThisScope } from '../handle/request-scope.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import { kEnd, kHandle, kNetwork } from '../socket/socket-fields.ts';
import { kExchangeHandle, kMakeEnd } from '../socket/socket-members.ts';
import { TcpHandle } from '../handle/tcp-handle.ts';
import { requireInt32 } from '../arguments/validate.ts';

/** RFC 8305, section 8: milliseconds between two attempts, what is recommended and the least. */
const USUAL_DELAY = 250;
const LEAST_DELAY = 10;

/** Addresses to connect to, several at a time. */
export interface RaceOptions {
  readonly addresses: readonly Candidate[];
  readonly port: number;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** Milliseconds from one attempt to the next, if that has not failed before. */
  readonly delay: number;
  readonly onConnected: (socket: SocketBase) => void;
}

/** The option `happyEyeballs` as the delay between two attempts; `null`: off. */
export function attemptDelayOf(value: unknown): number | null {
  if (value === undefined || value === false) return null;
  if (value === true) return USUAL_DELAY;
  if (typeof value !== 'object' || value === null)
    throw invalidArgumentType('options.happyEyeballs', 'of type boolean or an instance of Object', value);
  const { attemptDelay = USUAL_DELAY } = value as { attemptDelay?: unknown };
  requireInt32(attemptDelay, 'options.happyEyeballs.attemptDelay', LEAST_DELAY);
  return attemptDelay;
}

/** IPv6 and IPv4 in turn, beginning with IPv6 (RFC 8305, section 4). */
export function ipv6First(addresses: readonly Candidate[]): Candidate[] {
  const six = addresses.filter(({ family }) => family === 6);
  const four = addresses.filter(({ family }) => family === 4);
  return Array.from({ length: Math.max(six.length, four.length) }, (_, i) => [
    ...six.slice(i, i + 1),
    ...four.slice(i, i + 1),
  ]).flat();
}

/**
 * Happy Eyeballs (RFC 8305, section 5): an attempt to connect does not wait for the end of the one before it, only for a
 * while; the first that succeeds is the socket's, and the others are given up. The socket always has the handle of one of
 * those that go on.
 */
export class HappyEyeballs {
  readonly #socket: SocketBase;
  readonly #options: RaceOptions;
  readonly #timer = new Timer(() => {
    this.#tryNext();
  });
  readonly #open = new Set<ConnectingHandle>();
  readonly #errors: Error[] = [];
  #next = 0;
  /** The attempt of the socket's own handle has failed, and no other one was under way to take its place. */
  #isOwnSpent = false;
  #isOver = false;

  constructor(socket: SocketBase, options: RaceOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  start(): void {
    this.#socket.autoSelectFamilyAttemptedAddresses = [];
    this.#socket[kMakeEnd]().race = this;
    this.#tryNext();
  }

  /** Gives up all attempts but that of the handle that the socket has, which is the socket's to close. */
  stop(): void {
    this.#isOver = true;
    this.#socket[kNetwork].host.timers.disarm(this.#timer);
    const own = this.#socket[kHandle];
    for (const handle of this.#open) if (handle !== own) handle.close();
    this.#open.clear();
  }

  #tryNext(): void {
    const { addresses, delay } = this.#options;
    const { timers } = this.#socket[kNetwork].host;
    timers.disarm(this.#timer);
    for (let isUnderWay = false; !isUnderWay;) {
      if (this.#isOver || !this.#socket.connecting) return;
      const candidate = addresses[this.#next];
      if (candidate === undefined) {
        if (this.#open.size === 0) this.#fail();
        return;
      }
      this.#next++;
      isUnderWay = this.#begin(candidate);
    }
    if (this.#next < addresses.length && !this.#isOver) timers.arm(this.#timer, timers.now() + delay);
  }

  /** Returns whether an attempt is under way. */
  #begin({ address, family }: Candidate): boolean {
    const socket = this.#socket;
    const { port, localAddress, localPort } = this.#options;
    const wanted: Attempt = { address, port, family, localAddress, localPort };
    const own = socket[kHandle];
    const fresh = this.#next === 1 && own instanceof TcpHandle ? own : new TcpHandle(socket[kNetwork]);
    const handle = routedHandle(socket, fresh, wanted);
    if (handle instanceof Error) {
      this.#lose(fresh, handle);
      return false;
    }
    if (fresh === own && handle !== own) socket[kExchangeHandle](handle);
    else if (this.#isOwnSpent) this.#take(handle);
    this.#open.add(handle);
    socket.autoSelectFamilyAttemptedAddresses?.push(`${address}:${port}`);
    const onSettled = inThisScope((errno, request) => {
      this.#settled(handle, errno, request);
    });
    const failure = attempt(socket, handle, wanted, onSettled);
    if (failure === null || this.#isOver) return true;
    this.#lose(handle, failure);
    if (!('syscall' in failure) || failure.syscall === 'connect')
      socket.emit('connectionAttemptFailed', address, port, family, failure);
    return false;
  }

  #settled(handle: ConnectingHandle, errno: number, request: ConnectRequest): void {
    if (this.#isOver || !this.#open.has(handle)) return;
    const socket = this.#socket;
    if (errno === 0) {
      if (handle !== socket[kHandle]) this.#take(handle);
      this.stop();
      this.#options.onConnected(socket);
      return;
    }
    const error = connectionError(errno, request);
    this.#lose(handle, error);
    socket.emit('connectionAttemptFailed', request.address, request.port, request.family, error);
    this.#tryNext();
  }

  #lose(handle: ConnectingHandle, error: Error): void {
    this.#errors.push(error);
    this.#open.delete(handle);
    if (handle !== this.#socket[kHandle]) {
      handle.close();
      return;
    }
    const [other] = this.#open;
    if (other === undefined) this.#isOwnSpent = true;
    else this.#take(other);
  }

  /** The socket gets the handle of another attempt. */
  #take(handle: ConnectingHandle): void {
    const socket = this.#socket;
    const former = socket[kHandle];
    this.#isOwnSpent = false;
    if (former?.isClosing === false && !former.hasRef()) handle.unref();
    socket[kEnd]?.forgetStates();
    socket[kExchangeHandle](handle);
    former?.close();
    if (former !== null) this.#open.delete(former as ConnectingHandle);
  }

  #fail(): void {
    this.stop();
    this.#socket.destroy(attemptsError(this.#errors));
  }
}
