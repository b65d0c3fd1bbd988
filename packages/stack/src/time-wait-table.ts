import type { IpAddress } from '@halfclose/codec';
import type { FourTuple, TimeWait } from '@halfclose/tcp';
import { Timer, type TimerService } from '@halfclose/timers';
import { ConnectionTable } from './connection-table.ts';
import type { HostedConnection } from './hosted-connection.ts';
import type { PacketDevice } from './packet-device.ts';
import type { Binding } from './port-table.ts';

/** A connection in TIME-WAIT: what is left of it, and where it is. */
export interface TimeWaitEntry extends FourTuple {
  readonly record: TimeWait;
  readonly device: PacketDevice;
  readonly binding: Binding;
  /** When it entered the state. */
  readonly since: number;
  /** When 2MSL are over. */
  deadline: number;
}

/**
 * The connections in TIME-WAIT of a host. All stay for the same time, so the order of entry is the order of expiry:
 * one timer and a queue serve them all, and a restart moves an entry to the end.
 */
export class TimeWaitTable {
  readonly #timers: TimerService;
  readonly #duration: number;
  readonly #onExpired: (entry: TimeWaitEntry, now: number) => void;
  readonly #table: ConnectionTable<TimeWaitEntry>;
  readonly #queue = new Set<TimeWaitEntry>();
  readonly #timer: Timer;

  constructor(
    timers: TimerService,
    duration: number,
    seed: number,
    onExpired: (entry: TimeWaitEntry, now: number) => void,
  ) {
    this.#timers = timers;
    this.#duration = duration;
    this.#onExpired = onExpired;
    this.#table = new ConnectionTable(seed);
    this.#timer = new Timer((now) => this.#expire(now));
  }

  get size(): number {
    return this.#table.size;
  }

  find(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): TimeWaitEntry | null {
    return this.#table.find(local, localPort, remote, remotePort);
  }

  /** Enters what is left of a connection. */
  add(hosted: HostedConnection, record: TimeWait, now: number): void {
    const added: TimeWaitEntry = {
      localAddress: hosted.localAddress,
      localPort: hosted.localPort,
      remoteAddress: hosted.remoteAddress,
      remotePort: hosted.remotePort,
      record,
      device: hosted.device,
      binding: hosted.binding,
      since: now,
      deadline: now + this.#duration,
    };
    this.#table.add(added);
    this.#queue.add(added);
    if (!this.#timer.armed) this.#timers.arm(this.#timer, added.deadline);
  }

  /** Begins the 2MSL anew. */
  restart(entry: TimeWaitEntry, now: number): void {
    entry.deadline = now + this.#duration;
    this.#queue.delete(entry);
    this.#queue.add(entry);
  }

  remove(entry: TimeWaitEntry): void {
    if (!this.#table.remove(entry)) return;
    this.#queue.delete(entry);
    if (this.#queue.size === 0) this.#timers.disarm(this.#timer);
  }

  values(): IterableIterator<TimeWaitEntry> {
    return this.#queue.values();
  }

  #expire(now: number): void {
    for (const entry of this.#queue) {
      if (entry.deadline > now) {
        this.#timers.arm(this.#timer, entry.deadline);
        return;
      }
      this.remove(entry);
      this.#onExpired(entry, now);
    }
  }
}
