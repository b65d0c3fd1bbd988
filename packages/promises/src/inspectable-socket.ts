import type { TcpSocket } from '@halfclose/sockets';
import { type CloseReport, type ConnectionState, type Host, type TcpInfo, tcpInfo } from '@halfclose/stack';
import type { AwaitedReport } from './awaited-report.ts';
import { errorOfCall } from './socket-error.ts';

/** What the sockets of every API of ours have beyond it: the state of the connection, how it ended, and what TCP can be told. */
export class InspectableSocket {
  /** The socket underneath, with all its options. */
  readonly tcp: TcpSocket;
  readonly #awaitedReport: AwaitedReport;

  /** `awaitedReport`: told by whoever owns `tcp` of its news. */
  constructor(tcp: TcpSocket, awaitedReport: AwaitedReport) {
    this.tcp = tcp;
    this.#awaitedReport = awaitedReport;
  }

  /** The host that it is on; `host.addObserver()` tells of its packets. */
  get host(): Host {
    return this.tcp.host;
  }

  /** The state of the connection by RFC 9293, also after it was closed; `'CLOSED'`: there is none. */
  get tcpState(): ConnectionState {
    return this.tcp.connection?.state ?? 'CLOSED';
  }

  /** How the connection ended; `null`: it has not, or there never was one. */
  get closeReport(): CloseReport | null {
    return this.tcp.ended ? this.tcp.closeReport() : null;
  }

  /**
   * The close report, once there is one: that may be after the socket was closed, as its connection ends by itself. Keeps the
   * process alive until then.
   *
   * @returns a promise, rejected with a TypeError where there never was a connection
   */
  whenReported(): Promise<CloseReport> {
    return this.#awaitedReport.promise;
  }

  /**
   * SO_LINGER: closing resets the connection (0 seconds), or what tells of the closing waits until all is acknowledged, at most
   * so many seconds.
   *
   * @throws SocketError for seconds that are none, and of a closed socket
   */
  setLinger(enabled: boolean, seconds = 0): this {
    const result = this.tcp.setsockopt('SO_LINGER', { onoff: enabled ? 1 : 0, linger: seconds });
    if (result < 0) throw errorOfCall(null, result, 'setsockopt');
    return this;
  }

  /** TCP_INFO by Linux's names, also after it was closed; `null`: there is no connection. */
  tcpInfo(): TcpInfo | null {
    const { connection, host } = this.tcp;
    return connection === null ? null : tcpInfo(connection, host.now);
  }
}
