import type { Connection } from '@halfclose/stack';
import type { SocketCloseReport } from '../ending/close-report.ts';
import type { ConnectionEnd } from '../ending/connection-end.ts';
import { emitSafely } from './emit-safely.ts';
import { onNews } from '../handle/handle-owner.ts';
import { nextTick } from '../native/host-functions.ts';
import { SocketClosing } from '../ending/socket-closing.ts';
import { kEnd, kHandle } from './socket-fields.ts';
import {
  kAfterClose,
  kAskForNews,
  kConnection,
  kListened,
  kMakeEnd,
  kOnEndNews,
  kTellAcks,
  kTellLastAcks,
  kTellPeerEnd,
  kTellReport,
  kTellState,
  kWantsNews,
} from './socket-members.ts';

/** The event of a change of state. */
const TCP_STATE = 'tcpstate';
/** The event of the peer's FIN. */
const PEER_END = 'peerend';
/** The event of the close report. */
const CLOSE_REPORT = 'closereport';

/** What `Socket` tells beyond Node's events: see SocketBase. Who listens to none of it pays for none of it. */
export abstract class SocketNews extends SocketClosing {
  /** The close report when the connection has ended: never before 'close'. Closes nothing, and holds no process. */
  whenReported(): Promise<SocketCloseReport> {
    const end = this[kMakeEnd]().current;
    const { promise } = end.report;
    const wasThereNone = this.destroyed && this[kHandle] === null && end.tcp === null;
    if (wasThereNone) nextTick(settleNone, end);
    else if (end.closed) nextTick(tellReport, this, end);
    return promise;
  }

  /** The connection has news, also after the socket has let go of it. Returns whether the program was told. */
  [onNews](): boolean {
    const end = this[kEnd];
    if (end === null) return false;
    const connection = this[kConnection];
    if (connection === null) return false;
    let isTold = false;
    if (this.listenerCount(TCP_STATE) > 0)
      isTold = end.tellStates(connection, (state, why) => this[kTellState](state, why));
    if (end.known !== null) this[kTellAcks](end.known, connection);
    return (connection.receiver.finReceived && this[kTellPeerEnd]()) || isTold;
  }

  /** A connection that the socket has let go of has news. */
  [kOnEndNews](end: ConnectionEnd): void {
    const connection = end.tcp?.connection ?? null;
    if (this[kEnd]?.known === end) this[onNews]();
    else if (connection !== null) this[kTellAcks](end, connection);
    this[kTellReport](end);
  }

  [kAfterClose](end: ConnectionEnd): void {
    // From now on by what the connection is of, as the socket may have another one soon.
    if (!end.isAwaited && this[kWantsNews](end)) end.watch(() => this[kOnEndNews](end));
    this[kOnEndNews](end);
  }

  [kWantsNews](end: ConnectionEnd): boolean {
    return (
      end.isAwaited ||
      end.isReportAwaited ||
      this.listenerCount(TCP_STATE) > 0 ||
      this.listenerCount(CLOSE_REPORT) > 0
    );
  }

  /** To be called with news of a connection, after which more may be acknowledged, or nothing any more. */
  abstract [kTellAcks](end: ConnectionEnd, connection: Connection): void;

  /** Tells the last 'acked', if it is on its way. */
  abstract [kTellLastAcks](end: ConnectionEnd): void;

  // --- telling
  [kTellState](state: string, why: string): void {
    emitSafely(this, TCP_STATE, state, why);
  }

  /** The peer has ended its stream, and all of it is here. Returns whether the program was told. */
  [kTellPeerEnd](): boolean {
    if (this.connecting || this.destroyed || this.listenerCount(PEER_END) === 0) return false;
    const end = this[kMakeEnd]();
    if (end.isPeerEndTold) return false;
    end.isPeerEndTold = true;
    emitSafely(this, PEER_END);
    return true;
  }

  /** Tells the report of a connection, if 'close' was told and it has ended; else has it watched. */
  [kTellReport](end: ConnectionEnd): void {
    if (!end.closed) return;
    const isHeard = this.listenerCount(CLOSE_REPORT) > 0 && !end.report.isEmitted;
    if (!isHeard && !end.isReportAwaited) return;
    const report = end.finalReport();
    if (report === undefined) {
      if (!end.isAwaited) end.watch(() => this[kOnEndNews](end));
      return;
    }
    this[kTellLastAcks](end);
    end.report.settle(report);
    if (!isHeard || report === null) return;
    end.report.isEmitted = true;
    emitSafely(this, CLOSE_REPORT, report);
  }

  // --- listening

  /** A listener of `event` is being added. */
  [kListened](event: string | symbol): void {
    switch (event) {
      case TCP_STATE:
        if (this.listenerCount(TCP_STATE) === 0) this[kMakeEnd]().skipStates(this[kConnection]);
        break;
      case PEER_END:
        this[kMakeEnd]();
        this[kAskForNews]();
        break;
      case CLOSE_REPORT: {
        const end = this[kEnd]?.known;
        if (end?.closed === true) nextTick(tellReport, this, end);
        break;
      }
    }
  }

  /** What has happened already is told to who listens only now; of an attempt to connect, when that is over. */
  [kAskForNews](): void {
    if (this[kEnd] !== null && !this.connecting) this[kHandle]?.callLater?.();
  }

  // `node:http` takes these two for sockets of TLS, too, which have nothing else of ours.

  override on(event: string | symbol, listener: (...args: never[]) => void): this {
    if (kListened in this) this[kListened](event);
    return super.on(event as string, listener as (...args: unknown[]) => void);
  }

  override prependListener(event: string | symbol, listener: (...args: never[]) => void): this {
    if (kListened in this) this[kListened](event);
    return super.prependListener(event as string, listener as (...args: unknown[]) => void);
  }

  override addListener(event: string | symbol, listener: (...args: never[]) => void): this {
    return this.on(event, listener);
  }
}

function tellReport(socket: SocketNews, end: ConnectionEnd): void {
  socket[kTellReport](end);
}

function settleNone(end: ConnectionEnd): void {
  end.report.settle(null);
}
