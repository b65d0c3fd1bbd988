import {
  ConnectionEvent,
  type EndMark,
  type FastOpen,
  isFinWait2Record,
  LEAST_SEND_BUFFER,
  type MemoryAccount,
  NEVER,
  type Profile,
  timeWaitOf,
} from '@halfclose/tcp';
import type { TimerService } from '@halfclose/timers';
import type { ConnectionTable } from '../connections/connection-table.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import type { HostCounters } from '../events/drop-counters.ts';
import type { EventSource } from '../events/event-source.ts';
import type { FastOpenClient } from '../opening/fast-open-client.ts';
import type { Transmitter } from '../output/transmitter.ts';
import type { PortTable } from '../ports/port-table.ts';
import type { FinWait2Records } from '../records/fin-wait-2-records.ts';
import type { RecordTable } from '../records/record-table.ts';
import type { ConnectionPaths } from '../routing/connection-paths.ts';
import type { HostedConnection } from '../connections/hosted-connection.ts';

/** What it needs of its host. */
export interface ServiceSurroundings {
  readonly profile: Profile;
  readonly timers: TimerService;
  readonly counters: HostCounters;
  readonly events: EventSource;
  readonly memory: MemoryAccount;
  readonly ports: PortTable;
  readonly connections: ConnectionTable<HostedConnection>;
  readonly records: RecordTable;
  readonly finWait2: FinWait2Records;
  readonly connectionPaths: ConnectionPaths;
  readonly loopback: PacketDevice;
  readonly fastOpenClient: FastOpenClient;
  readonly transmitter: Transmitter;
}

/** Serves a connection that has something to tell or to send: its owner, the network, its timer, its end. */
export class ConnectionService {
  readonly #host: ServiceSurroundings;
  #orphans = 0;

  constructor(host: ServiceSurroundings) {
    this.#host = host;
  }

  /** Connections whose standing is `orphan`. */
  get orphans(): number {
    return this.#orphans;
  }

  /** Tells the owner first, so that an acknowledgment can ride on what it writes. Returns the packets sent. */
  serve(hosted: HostedConnection, now: number): number {
    const host = this.#host;
    host.events.look();
    const { connection } = hosted;
    let sent = this.#drain(hosted, now);
    if (connection.orphan && hosted.standing === 'held' && this.#becomesOrphan(hosted, now)) {
      sent += this.#drain(hosted, now);
    }
    if (connection.fastOpen !== null) this.#afterFastOpen(hosted, connection.fastOpen, now);
    // What becomes of a record its events tell.
    if (!host.events.active) hosted.statesTold = connection.historyLength;
    else if (hosted.registered) host.events.states(hosted);
    if (isFinWait2Record(connection)) this.#retireInFinWait2(hosted, now);
    if (connection.state === 'CLOSED' || connection.state === 'TIME-WAIT') this.#retire(hosted, now);
    else if (hosted.registered && connection.deadline < hosted.deadline) {
      host.timers.arm(hosted, connection.deadline);
    }
    return sent;
  }

  #afterFastOpen(hosted: HostedConnection, fastOpen: FastOpen, now: number): void {
    const { fastOpenClient, loopback } = this.#host;
    const { connection, device, fastOpenQueue } = hosted;
    if (fastOpen.side === 'active') fastOpenClient.onProgress(connection, fastOpen, device !== loopback, now);
    if (fastOpenQueue === null || connection.state === 'SYN-RECEIVED') return;
    hosted.fastOpenQueue = null;
    const isResetByPeer = ({ kind, direction }: EndMark): boolean =>
      kind === 'rst' && direction === 'received';
    fastOpenQueue.leave(connection.state === 'CLOSED' && connection.marks.some(isResetByPeer), now);
  }

  /** Tells and sends until there is nothing more. Returns the packets sent. */
  #drain(hosted: HostedConnection, now: number): number {
    const host = this.#host;
    const { connection } = hosted;
    let sent = 0;
    const { validUntil } = connection.path;
    if (validUntil !== NEVER && validUntil <= now) host.connectionPaths.refresh(hosted);
    for (let first = true; ; first = false) {
      const events = connection.takeEvents();
      if (events !== 0) this.#tell(hosted, events);
      else if (!first) return sent;
      let segment = connection.nextSegment(now);
      while (segment !== null) {
        host.transmitter.sendSegment(connection, hosted.device, segment, connection.state, now);
        sent++;
        segment = connection.nextSegment(now);
      }
    }
  }

  /**
   * Its program has let go of it, and its FIN went if it could. Returns whether it was reset, as one orphan too many or
   * because memory is short (Linux tcp_close). What waits for the peer's FIN alone does not count.
   */
  #becomesOrphan(hosted: HostedConnection, now: number): boolean {
    switch (hosted.connection.state) {
      case 'CLOSED':
      case 'TIME-WAIT':
      case 'FIN-WAIT-2':
        return false;
      default:
        hosted.standing = 'orphan';
        this.#orphans++;
        return this.#resetIfTooMuch(hosted, 1, now);
    }
  }

  /** `weight`: how much each orphan counts for this one. */
  #resetIfTooMuch(hosted: HostedConnection, weight: number, now: number): boolean {
    const { profile, counters, memory } = this.#host;
    const { connection } = hosted;
    const isTooMany = this.#orphans * weight > profile.maxOrphans;
    // Linux tcp_out_of_memory: what holds next to nothing may stay.
    const isTooLarge = memory.isExceeded && connection.sender.memory > LEAST_SEND_BUFFER;
    if (!isTooMany && !isTooLarge) return false;
    counters.orphansReset++;
    connection.abort(isTooMany ? 'too many orphans' : 'out of memory', now);
    return true;
  }

  /** The timer entry of a connection struck; it may have struck early, as it is re-armed lazily. */
  tick(hosted: HostedConnection, now: number): void {
    if (!hosted.registered) return;
    if (hosted.standing === 'abandoned') {
      hosted.connection.finish('listener closed', now);
      return;
    }
    const { connection } = hosted;
    const struck = connection.tick(now);
    if (struck === null) return;
    if (struck === 'retransmission' && connection.fastOpen?.side === 'active')
      this.#host.fastOpenClient.onTimeout(connection, connection.fastOpen, now);
    this.#host.events.look();
    if (this.#host.events.active) this.#host.events.timer(hosted, struck, now);
    // Linux tcp_out_of_resources.
    if (hosted.standing === 'orphan' && (struck === 'retransmission' || struck === 'persist')) {
      this.#resetIfTooMuch(hosted, connection.softError === null ? 1 : 2, now);
    }
  }

  #tell(hosted: HostedConnection, happened: number): void {
    let events = happened;
    if ((events & ConnectionEvent.DeliveryProblem) !== 0) {
      this.#host.connectionPaths.avoid(hosted);
      if (!hosted.connection.settings.errorReports) events &= ~ConnectionEvent.DeliveryProblem;
      if (events === 0) return;
    }
    const { listener } = hosted;
    if (listener === null) {
      hosted.owner?.onConnectionEvents(events);
      return;
    }
    if ((events & (ConnectionEvent.Connected | ConnectionEvent.Acceptable)) !== 0) {
      listener.complete(hosted);
      listener.owner?.onAcceptable();
    } else if ((events & ConnectionEvent.Closed) !== 0) listener.synQueue.delete(hosted);
  }

  /** Nobody holds it, and only the peer's FIN is missing: a record takes its place. */
  #retireInFinWait2(hosted: HostedConnection, now: number): void {
    const { records, counters, profile, finWait2 } = this.#host;
    const { connection } = hosted;
    if (!hosted.registered) return;
    if (records.size >= profile.maxTimeWaits || records.isFull) {
      counters.timeWaitsSkipped++;
      connection.finish('too many in TIME-WAIT', now);
      this.#tell(hosted, connection.takeEvents());
    } else {
      this.#unregister(hosted);
      finWait2.enter(hosted);
    }
  }

  #unregister(hosted: HostedConnection): void {
    const { timers, connections } = this.#host;
    hosted.registered = false;
    if (hosted.standing === 'orphan') this.#orphans--;
    timers.disarm(hosted);
    connections.remove(hosted);
  }

  #retire(hosted: HostedConnection, now: number): void {
    if (!hosted.registered) return;
    const { records, counters, profile, ports, events } = this.#host;
    this.#unregister(hosted);
    if (hosted.connection.state === 'TIME-WAIT') {
      if (records.size < profile.maxTimeWaits && !records.isFull) {
        counters.timeWaitsEntered++;
        records.addTimeWait(hosted, timeWaitOf(hosted.connection), now);
        return;
      }
      counters.timeWaitsSkipped++;
      hosted.connection.finish('too many in TIME-WAIT', now);
      if (events.active) events.states(hosted);
    }
    ports.release(hosted.binding);
  }
}
