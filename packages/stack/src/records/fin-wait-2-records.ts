import { NO_BYTES, Segment } from '@halfclose/codec';
import {
  abortOf,
  type Afterlife,
  type ControlBlock,
  type EndReason,
  finWait2Limit,
  finWait2Looks,
  finWait2Of,
  type FinWait2Answer,
  followRecord,
  isHeardInFinWait2,
  NEVER,
  probeOf,
  type Profile,
  receiveInFinWait2,
} from '@halfclose/tcp';
import { HostedConnection } from '../connections/hosted-connection.ts';
import type { HostCounters } from '../events/drop-counters.ts';
import type { EventSource } from '../events/event-source.ts';
import type { Transmitter } from '../output/transmitter.ts';
import type { RouteTable } from '../routing/route-table.ts';
import type { RecordTable } from './record-table.ts';
import { RecordHolders } from './record-holders.ts';
import type { RecordEntry } from './record-entry.ts';

/** What these records need of their host. */
export interface FinWait2Surroundings {
  readonly profile: Profile;
  readonly records: RecordTable;
  readonly routes: RouteTable;
  readonly counters: HostCounters;
  readonly events: EventSource;
  readonly transmitter: Transmitter;
}

/**
 * Orphans in FIN-WAIT-2, each a record: how they come to be, what segments, timers and programs do to them, and how those
 * who hold the connection learn of it.
 */
export class FinWait2Records {
  readonly #host: FinWait2Surroundings;
  readonly #wake: (hosted: HostedConnection) => void;
  readonly #holders = new RecordHolders();

  /** `wake` has the owner of a connection told what happened to it. */
  constructor(host: FinWait2Surroundings, wake: (hosted: HostedConnection) => void) {
    this.#host = host;
    this.#wake = wake;
  }

  /** A record takes the place of the connection, which no table has any more. */
  enter(hosted: HostedConnection): void {
    const { connection } = hosted;
    const { finWait2Deadline, lastReceivedAt, profile } = connection;
    const deadline = finWait2Deadline === NEVER ? Infinity : finWait2Deadline;
    const looks = deadline === Infinity ? 0 : finWait2Looks(deadline, lastReceivedAt, profile);
    const record = this.#host.records.addFinWait2(
      hosted,
      finWait2Of(connection),
      finWait2Limit(connection),
      deadline,
      looks,
    );
    connection.finWait2Deadline = NEVER;
    this.#holders.add(record, hosted);
  }

  /** Takes in one segment. The record is changed, and has ended if the answer says so; the answer is the caller's. */
  receive(entry: RecordEntry, segment: Segment, now: number): FinWait2Answer {
    const { records, profile, counters } = this.#host;
    const isHeard = profile.finWait2Recheck > 0 && isHeardInFinWait2(entry.record, segment, profile);
    const answer = receiveInFinWait2(entry.record, segment, now, profile);
    if (answer === 'ignore' || answer === 'acknowledge') {
      if (isHeard && entry.deadline !== Infinity) {
        records.putOff(entry, finWait2Looks(entry.deadline, Math.floor(now), profile));
      }
      if (answer === 'acknowledge') records.update(entry);
      return answer;
    }
    if (answer === 'time-wait') {
      counters.timeWaitsEntered++;
      records.closeFinWait2(entry, now);
    } else records.remove(entry);
    const holder = this.#holders.take(entry.slot);
    if (holder !== null) {
      // Not with what the segment carries, which is a view of more.
      const header = Object.assign(new Segment(), segment, { payload: NO_BYTES });
      this.#tell(holder, (connection) => {
        followRecord(connection, answer, header, now);
      });
    }
    return answer;
  }

  /** The limit was reached; the record is no longer in the table. */
  onExpired(entry: RecordEntry, now: number): void {
    this.#end(entry, 'FIN-WAIT-2 limit', now);
  }

  /** The limit was put off once more: the peer is asked whether it is there (4.4BSD; `finWait2Probes`). */
  onPutOff(entry: RecordEntry, now: number): void {
    const { profile, routes, events } = this.#host;
    if (events.active) events.timer(entry, 'FIN-WAIT-2', now);
    const device = profile.finWait2Probes ? routes.find(entry.remoteAddress)?.device : undefined;
    if (device === undefined) return;
    const probe = probeOf(entry, entry.record, now, profile);
    this.#host.transmitter.sendReply(
      { from: entry, device, segment: probe, state: entry.state, dscp: 0 },
      now,
    );
  }

  /** The owner of a connection wants to be told of its end, though there may be only a record of it. */
  watch(hosted: HostedConnection): void {
    const entry = this.#entryOf(hosted);
    if (entry !== null) this.#holders.add(entry.slot, hosted);
  }

  /** ABORT (RFC 9293, 3.10.5) of a connection of which there is only a record. */
  abort(hosted: HostedConnection, reason: EndReason, now: number): void {
    const { records, routes } = this.#host;
    const entry = this.#entryOf(hosted);
    if (entry === null) return;
    const device = routes.find(entry.remoteAddress)?.device;
    if (device !== undefined) {
      const segment = abortOf(entry, entry.record, now);
      this.#host.transmitter.sendReply({ from: entry, device, segment, state: 'CLOSED', dscp: 0 }, now);
    }
    records.remove(entry);
    hosted.connection.mark('rst', 'sent', reason, now);
    this.#end(entry, reason, now);
  }

  #end(entry: RecordEntry, why: EndReason, now: number): void {
    this.#host.events.recordChanged(entry, entry.state, 'CLOSED', why, now);
    const holder = this.#holders.take(entry.slot);
    if (holder === null) return;
    this.#tell(holder, (connection) => {
      connection.finish(why, now);
    });
  }

  /** What became of a record shows in the connection that it stands for, at once if somebody waits for it. */
  #tell(holder: HostedConnection | Afterlife, news: (connection: ControlBlock) => void): void {
    if (holder instanceof HostedConnection) {
      news(holder.connection);
      this.#wake(holder);
    } else holder.news = news;
  }

  /** The record that stands for a connection; `null`: there is none, or not any more. */
  #entryOf(hosted: HostedConnection): RecordEntry | null {
    const { localAddress, localPort, remoteAddress, remotePort } = hosted;
    const entry = this.#host.records.find(localAddress, localPort, remoteAddress, remotePort);
    return entry !== null && this.#holders.isOf(entry.slot, hosted) ? entry : null;
  }
}
