import { type CloseReport, type CloseReportOctets, formatCloseReport } from '@halfclose/stack';

/** {@link CloseReportOctets}, and what became of the stream's own buffer. */
export interface SocketCloseReportOctets extends CloseReportOctets {
  /**
   * Octets that the socket had read and the program never took out of the stream, thrown away by `destroy`. They count
   * as `read`, as in Node; with `unread: 'strict'` as `unread` and `lost`.
   */
  readonly buffered: number;
  /**
   * Octets that the program wrote and that never got into TCP: they waited for room or for the connection when the
   * socket was destroyed, or their write failed. They count as `written` and as `lost`.
   */
  readonly unflushed: number;
}

/** The close report of a socket: the connection's, printed by `console.log` in a few aligned lines. */
export class SocketCloseReport implements CloseReport {
  /** Our address and port. */
  readonly local: CloseReport['local'];
  /** The peer's. */
  readonly remote: CloseReport['remote'];
  /** The state of the connection when the report was made, by the names of RFC 9293. */
  readonly state: CloseReport['state'];
  readonly orderly: boolean;
  readonly reason: string;
  /** Which side ended or reset the connection first. */
  readonly closedFirst: CloseReport['closedFirst'];
  readonly sending: CloseReport['sending'];
  readonly receiving: CloseReport['receiving'];
  /** Bytes of both directions, the stream's own buffers included. */
  readonly octets: SocketCloseReportOctets;
  readonly marks: CloseReport['marks'];
  readonly states: CloseReport['states'];
  /**
   * SO_LINGER's time was over before the peer had acknowledged everything. What TCP had then goes on in the background,
   * as on Linux, unless it was reset: `state` tells.
   */
  readonly lingerTimeOver: boolean;

  constructor(report: CloseReport, buffered: number, unflushed: number, lingerTimeOver: boolean) {
    this.local = report.local;
    this.remote = report.remote;
    this.state = report.state;
    this.orderly = report.orderly && unflushed === 0;
    this.reason = report.reason;
    this.closedFirst = report.closedFirst;
    this.sending = report.sending;
    this.receiving = report.receiving;
    const { written, lost } = report.octets;
    this.octets = {
      ...report.octets,
      written: written + unflushed,
      lost: lost + unflushed,
      buffered,
      unflushed,
    };
    this.marks = report.marks;
    this.states = report.states;
    this.lingerTimeOver = lingerTimeOver;
  }

  /** What `console.log` prints: a line for each fact. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { buffered, unflushed } = this.octets;
    const lines = [formatCloseReport(this)];
    if (buffered > 0) lines.push(`in the stream ${buffered} octets that the program did not take`);
    if (unflushed > 0) lines.push(`not flushed   ${unflushed} octets that did not get into TCP`);
    if (this.lingerTimeOver) lines.push('linger time   over before the peer had acknowledged everything');
    return lines.join('\n');
  }
}
