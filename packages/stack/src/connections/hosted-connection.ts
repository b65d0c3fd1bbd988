import { shown } from '@halfclose/codec/arguments';
import type { IpAddress } from '@halfclose/codec';
import type { Connection, FourTuple } from '@halfclose/tcp';
import { Timer } from '@halfclose/timers';
import type { FastOpenQueue } from './fast-open-queue.ts';
import type { Listener } from './listener.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import type { Binding } from '../ports/port-table.ts';

/** Who wants to know what happens to a connection: a socket. */
export interface ConnectionOwner {
  /** `events`: bits of `ConnectionEvent`. May call anything, on this connection or others. */
  onConnectionEvents(events: number): void;
  /** That calls no program at once, but in steps: see `Caller`. */
  readonly takesSteps?: boolean;
}

/**
 * Who has to do with a connection: a program or a listener's queue (`held`); nobody any more, and it counts towards the
 * profile's `maxOrphans` (`orphan`); nobody since its listener closed while it was half-open: it waits for its timer and
 * nothing else (`abandoned`; docs/linux/closing.md, j04).
 */
export type Standing = 'held' | 'orphan' | 'abandoned';

/** A connection with its place on a host: its timer entry, its device, its owner. */
export class HostedConnection extends Timer implements FourTuple {
  readonly connection: Connection;
  /** The way out; another one may be tried when nothing arrives. */
  device: PacketDevice;
  readonly binding: Binding;
  /** Told of events; `null`: nobody yet, or nobody any more. */
  owner: ConnectionOwner | null = null;
  /** The listener in whose queues it is; `null`: accepted, or opened actively. */
  listener: Listener | null;
  /** Its place among the half-open connections of its listener; -1: it is not among them. */
  synQueuePlace = -1;
  /** Those that it counts among: open by Fast Open, and its handshake is not over. `null`: none. */
  fastOpenQueue: FastOpenQueue | null = null;
  /** In the host's list of connections that have work. */
  queued = false;
  /** In the host's list of connections that had text for their program in this turn. */
  hadText = false;
  standing: Standing = 'held';
  /** As many changes of its state an observer was told of, or missed because there was none. */
  statesTold = 0;
  /** Found by its four numbers. */
  registered = true;

  constructor(
    connection: Connection,
    device: PacketDevice,
    binding: Binding,
    listener: Listener | null,
    onExpiry: (now: number, timer: Timer) => void,
  ) {
    super(onExpiry);
    this.connection = connection;
    this.device = device;
    this.binding = binding;
    this.listener = listener;
  }

  get localAddress(): IpAddress {
    return this.connection.localAddress;
  }

  get localPort(): number {
    return this.connection.localPort;
  }

  get remoteAddress(): IpAddress {
    return this.connection.remoteAddress;
  }

  get remotePort(): number {
    return this.connection.remotePort;
  }
}

/** Throws a TypeError for what is no connection of a host. Called often: a look at one field. */
export function checkHosted(hosted: HostedConnection): void {
  const given: unknown = hosted;
  if (typeof given !== 'object' || given === null || typeof hosted.queued !== 'boolean')
    throw new TypeError(`hosted must be a HostedConnection, not ${shown(given)}`);
}
