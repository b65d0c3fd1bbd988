import { ipv4, type Segment } from '@halfclose/codec';
import {
  abortOf,
  acknowledgmentOf,
  BlockPool,
  type CloseReport,
  closeReport,
  Connection,
  type ConnectionRecord,
  defaultSettings,
  type EndMark,
  finWait2Of,
  followRecord,
  isFinWait2Record,
  linux,
  NEVER,
  type Profile,
  profile,
  receiveInFinWait2,
  receiveInTimeWait,
  resetFor,
  timeWaitOf,
} from '../../src/index.ts';
import type { EndName } from './action.ts';
import { type Bounds, EXPLORED_PROFILE } from './bounds.ts';
import { pathOf } from '../path/path-of.ts';

/** Blocks are never reused, so that segments may keep views of them. */
const pool = new BlockPool();

/** Changes an end right after it was made, to break a rule on purpose. */
export type Mutation = (connection: Connection, end: End) => void;

/**
 * One end: the connection under test, its program, and what its stack does for it once it is in TIME-WAIT or CLOSED.
 */
export class End {
  readonly name: EndName;
  readonly connection: Connection;
  readonly profile: Profile;
  /** Octets that the program wrote, and read. */
  written = 0;
  read = 0;
  writesLeft: number;
  /** The program closed, and what it left unread then; `null`: it has not. */
  unreadAtClose: number | null = null;
  /** It closed when the connection was over already. */
  closedLate = false;
  /** The program shut down reading, without closing. */
  readingShut = false;
  /** It ended the connection by force: linger 0 or ABORT. */
  forced = false;
  /** What stands for the connection: an orphan in FIN-WAIT-2, or TIME-WAIT until 2MSL have passed. */
  record: ConnectionRecord | null = null;
  recordDeadline = Infinity;
  timeWaitOver = false;
  /** What was read was not what was written. */
  misread: string | null = null;
  /** Sequence ranges beyond RCV.NXT that arrived, for the state's key. */
  readonly ahead = new Set<string>();

  constructor(name: EndName, bounds: Bounds, writes: number, mutation: Mutation | null) {
    this.name = name;
    this.writesLeft = writes;
    this.profile = profile({ ...EXPLORED_PROFILE, ...bounds.profile }, linux);
    const own = name === 'a' ? 1 : 2;
    this.connection = new Connection({
      localAddress: ipv4(10, 0, 0, own),
      localPort: own,
      remoteAddress: ipv4(10, 0, 0, 3 - own),
      remotePort: 3 - own,
      profile: this.profile,
      path: pathOf(1500),
      initialSequenceNumber: name === 'a' ? 0x7fff_fffd : -3,
      timestampOffset: 0,
      pool,
      settings: defaultSettings(this.profile),
    });
    this.connection.sender.nagle.noDelay = bounds.noDelay;
    mutation?.(this.connection, this);
  }

  get closed(): boolean {
    return this.unreadAtClose !== null;
  }

  /** Nothing more will come of it: CLOSED, or TIME-WAIT. */
  get ended(): boolean {
    const { state } = this.connection;
    return state === 'CLOSED' || state === 'TIME-WAIT';
  }

  /** The earliest timer of the connection or of its TIME-WAIT. */
  get deadline(): number {
    return Math.min(this.connection.deadline, this.recordDeadline);
  }

  /** Octets of the peer that the program has read or may still read. */
  get kept(): number {
    return this.read + (this.closed ? 0 : this.connection.readable);
  }

  /** Octets taken into the sequence of the connection. */
  get received(): number {
    return this.connection.receiver.textReceived;
  }

  has(kind: EndMark['kind'], direction: EndMark['direction']): boolean {
    return this.connection.marks.some((mark) => mark.kind === kind && mark.direction === direction);
  }

  /** Why the connection came to CLOSED; `null`: it has not. */
  get endedBecause(): string | null {
    const last = this.connection.history.at(-1);
    return last?.to === 'CLOSED' ? last.why : null;
  }

  /** What the report of this end says; it is asked for once the connection is over. */
  get report(): CloseReport {
    return closeReport(this.connection);
  }

  /** The octet at `offset` of what this end writes: told apart from its neighbours and from the peer's. */
  octetAt(offset: number): number {
    return (this.name === 'a' ? 0x41 : 0x61) + offset;
  }

  /** RCV.NXT. */
  get rcvNxt(): number {
    return this.record?.rcvNxt ?? this.connection.receiver.rcvNxt;
  }

  /** A segment arrived. Returns what answers it if no connection is there to do so. */
  arrive(segment: Segment, now: number): Segment | null {
    const { connection, record } = this;
    if (record !== null) {
      return connection.state === 'TIME-WAIT'
        ? this.#arriveInTimeWait(record, segment, now)
        : this.#arriveInFinWait2(record, segment, now);
    }
    if (this.timeWaitOver || connection.state === 'CLOSED') return resetFor(segment);
    connection.receive(segment, now);
    return null;
  }

  /** The earliest timer strikes. Returns its name. */
  strike(now: number): string {
    if (this.recordDeadline > now) return this.connection.tick(now) ?? 'none';
    const { connection } = this;
    this.#forget();
    if (connection.state === 'TIME-WAIT') {
      this.timeWaitOver = true;
      return '2MSL';
    }
    connection.finish('FIN-WAIT-2 limit', now);
    return 'FIN-WAIT-2';
  }

  /** The program aborts. Returns what is sent where there is no connection to do so. */
  abort(now: number): Segment | null {
    const { connection, record } = this;
    if (record === null || connection.state === 'TIME-WAIT') {
      connection.abort('abort', now);
      return null;
    }
    this.#forget();
    connection.mark('rst', 'sent', 'abort', now);
    connection.finish('abort', now);
    return abortOf(connection, record, now);
  }

  /** After everything has been sent: as on a host, a record takes the place of what fits one. */
  settle(now: number): void {
    const { connection } = this;
    if (this.record !== null || this.timeWaitOver) return;
    if (isFinWait2Record(connection)) {
      this.record = finWait2Of(connection);
      this.recordDeadline = connection.finWait2Deadline === NEVER ? Infinity : connection.finWait2Deadline;
      connection.finWait2Deadline = NEVER;
    } else if (connection.state === 'TIME-WAIT') {
      this.record = timeWaitOf(connection);
      this.recordDeadline = now + this.profile.timeWait;
    }
  }

  #arriveInFinWait2(record: ConnectionRecord, segment: Segment, now: number): Segment | null {
    const { connection } = this;
    const answer = receiveInFinWait2(record, segment, now, this.profile);
    followRecord(connection, answer, segment, now);
    switch (answer) {
      case 'ignore':
        return null;
      case 'acknowledge':
        return acknowledgmentOf(connection, record, now);
      case 'time-wait':
        this.recordDeadline = now + this.profile.timeWait;
        return acknowledgmentOf(connection, record, now);
      case 'end':
        this.#forget();
        return null;
      case 'reset':
        this.#forget();
        return resetFor(segment);
    }
  }

  #arriveInTimeWait(record: ConnectionRecord, segment: Segment, now: number): Segment | null {
    const { answer, restart } = receiveInTimeWait(record, segment, false, now, this.profile);
    if (restart) this.recordDeadline = now + this.profile.timeWait;
    if (answer === 'end') {
      this.#forget();
      this.timeWaitOver = true;
    }
    return answer === 'acknowledge' ? acknowledgmentOf(this.connection, record, now) : null;
  }

  #forget(): void {
    this.record = null;
    this.recordDeadline = Infinity;
  }
}
