import { type CloseReport, type CloseReportOctets, formatCloseReport } from '@halfclose/stack';

/** {@link CloseReportOctets}, and what became of the stream's own buffer. */
export interface SocketCloseReportOctets extends CloseReportOctets {
  /**
   * Octets that the socket had read and the program never took out of the stream, thrown away by `destroy`. They count
   * as `read`, as in Node; with `unread: 'strict'` as `unread` and `lost`.
   */
  readonly buffered: number;
}

/** The close report of a socket: the connection's, printed by `console.log` in a few aligned lines. */
export class SocketCloseReport implements CloseReport {
  readonly local: CloseReport['local'];
  readonly remote: CloseReport['remote'];
  readonly state: CloseReport['state'];
  readonly orderly: boolean;
  readonly reason: string;
  readonly closedFirst: CloseReport['closedFirst'];
  readonly sending: CloseReport['sending'];
  readonly receiving: CloseReport['receiving'];
  readonly octets: SocketCloseReportOctets;
  readonly marks: CloseReport['marks'];
  readonly states: CloseReport['states'];

  constructor(report: CloseReport, buffered: number) {
    this.local = report.local;
    this.remote = report.remote;
    this.state = report.state;
    this.orderly = report.orderly;
    this.reason = report.reason;
    this.closedFirst = report.closedFirst;
    this.sending = report.sending;
    this.receiving = report.receiving;
    this.octets = { ...report.octets, buffered };
    this.marks = report.marks;
    this.states = report.states;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const text = formatCloseReport(this);
    const { buffered } = this.octets;
    return buffered === 0 ? text : `${text}\nin the stream ${buffered} octets that the program did not take`;
  }
}
