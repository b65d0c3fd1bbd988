import { Errno } from '@halfclose/sockets';
import { type Connection, hasEnded } from '@halfclose/stack';
import { lostError } from './acknowledged.ts';
import type { ConnectionEnd } from '../ending/connection-end.ts';
import { emitSafely } from './emit-safely.ts';
import { errnoException } from '../errors.ts';
import { nextTick } from '../native/host-functions.ts';
import { overrule } from '../ending/socket-closing.ts';
import { kEnd, kHandle, kNetwork } from './socket-fields.ts';
import {
  kAfterClose,
  kApplyOptions,
  kConnection,
  kEmitAcked,
  kListened,
  kMakeEnd,
  kNoteEnd,
  kOnEndNews,
  kReportAcks,
  kTellAcks,
  kTellLastAcks,
  kWantsNews,
  kWritten,
} from './socket-members.ts';
import { SocketNews } from './socket-news.ts';
import type { StreamHandle } from '../handle/stream-handle.ts';
import { within } from '../within.ts';

/** The event of acknowledgments. */
const ACKED = 'acked';

/** `super[symbol]` is a call of V8's runtime: 44 ns, for each listener that a program adds; this takes 6 (Node 20.20). */
const base = SocketNews.prototype;

/** What the peer has acknowledged, as `Socket` tells it: see SocketBase. */
export abstract class SocketAcks extends SocketNews {
  /** Bytes of data of the present connection, or of the last one, that the peer's TCP has acknowledged. */
  get bytesAcked(): number {
    return this[kConnection]?.sender.textAcknowledged ?? 0;
  }

  set bytesAcked(value: unknown) {
    overrule(this, 'bytesAcked', value);
  }

  /** Resolves when all that was written by now is acknowledged; rejects when it never will be. */
  whenAcked(): Promise<void> {
    const end = this[kMakeEnd]().current;
    const octets = this[kWritten](end);
    if (octets <= this.bytesAcked) return Promise.resolve();
    const handle = this[kHandle];
    if (handle !== null && handle.watchEnd === undefined) return Promise.reject(unknown());
    const acked = end.makeAcks().wait(octets);
    this[kReportAcks](end);
    if (handle === null && this.destroyed) {
      if (end.tcp !== null && !end.isAwaited) end.watch(() => this[kOnEndNews](end));
      nextTick(tellWhatIsLost, this, end);
    }
    return acked;
  }

  /** Bytes that were written to a connection, wherever they are now, or lost. */
  [kWritten](end: ConnectionEnd): number {
    const { tcp } = end;
    if (tcp === null) return this.bytesWritten ?? 0;
    return (tcp.closeReport()?.octets.written ?? 0) + end.unflushed;
  }

  /** Has the connection tell of acknowledgments, if there is one: else it is asked to when there is. */
  [kReportAcks](end: ConnectionEnd): void {
    const tcp = this[kHandle]?.tcp ?? end.tcp;
    tcp?.options.set('TCP_ACK_REPORTS', 1, tcp.host.now);
  }

  override [kApplyOptions](): void {
    base[kApplyOptions].call(this);
    const isHeard = this.listenerCount(ACKED) > 0;
    if (isHeard) this[kMakeEnd]().current.makeAcks();
    const end = this[kEnd]?.known;
    if (!end?.acks) return;
    if (this[kHandle]?.watchEnd === undefined) end.acks.fail(unknown());
    else this[kReportAcks](end);
  }

  override [kWantsNews](end: ConnectionEnd): boolean {
    return end.acks?.isAwaited === true || this.listenerCount(ACKED) > 0 || base[kWantsNews].call(this, end);
  }

  override [kNoteEnd](handle: StreamHandle): void {
    base[kNoteEnd].call(this, handle);
    const end = this[kEnd]?.known;
    const connection = handle.connection;
    if (!end?.acks?.isAwaited || connection === null) return;
    // What TCP has may still be acknowledged.
    const written = this[kWritten](end) - end.unflushed;
    end.acks.fail(lostError(null, this.errored), written);
  }

  override [kAfterClose](end: ConnectionEnd): void {
    tellWhatIsLost(this, end);
    base[kAfterClose].call(this, end);
  }

  [kTellAcks](end: ConnectionEnd, connection: Connection): void {
    const { acks } = end;
    if (acks === null) return;
    const octets = connection.sender.textAcknowledged;
    acks.settle(octets);
    const isCurrent = this[kEnd]?.known === end;
    if (acks.isAwaited && hasEnded(connection.state))
      acks.fail(lostError(connection, isCurrent ? this.errored : null));
    if (octets === acks.told || acks.isDue || this.listenerCount(ACKED) === 0) return;
    acks.isDue = true;
    const tell = (): void => {
      this[kTellLastAcks](end);
    };
    this[kNetwork].host.timers.yield(within(this[kHandle]?.scope ?? end.scope, tell));
  }

  [kTellLastAcks](end: ConnectionEnd): void {
    const { acks } = end;
    if (acks?.isDue !== true) return;
    acks.isDue = false;
    if (this[kEnd]?.known === end) this[kEmitAcked](end);
  }

  [kEmitAcked](end: ConnectionEnd): void {
    const { bytesAcked } = this;
    if (end.acks === null || end.acks.told === bytesAcked) return;
    end.acks.told = bytesAcked;
    emitSafely(this, ACKED, bytesAcked);
  }

  override [kListened](event: string | symbol): void {
    base[kListened].call(this, event);
    if (event !== ACKED || this.listenerCount(ACKED) > 0) return;
    const end = this[kMakeEnd]().current;
    end.makeAcks().told = this.bytesAcked;
    this[kReportAcks](end);
  }
}

/** Of a connection that has ended, or never was. */
function tellWhatIsLost(socket: SocketAcks, end: ConnectionEnd): void {
  const connection = end.tcp?.connection ?? null;
  if (connection !== null) {
    end.acks?.fail(lostError(null, socket.errored), end.tcp?.closeReport()?.octets.written ?? 0);
    socket[kTellAcks](end, connection);
  } else end.acks?.fail(lostError(null, socket.errored), -1);
}

/** Of sockets of the kernel nobody knows. */
function unknown(): Error {
  return errnoException(-Errno.EOPNOTSUPP, 'whenAcked');
}
