import {
  type BlockPool,
  Connection,
  type ConnectionSettings,
  defaultSettings,
  type FourTuple,
  type MemoryAccount,
  type Profile,
} from '@halfclose/tcp';
import type { Timer } from '@halfclose/timers';
import type { ConnectionTable } from '../connections/connection-table.ts';
import { HostedConnection } from '../connections/hosted-connection.ts';
import type { InheritedSettings, Listener } from '../connections/listener.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import type { Binding } from '../ports/port-table.ts';
import type { PathTable } from '../routing/path-table.ts';
import type { TimestampOffsets } from './timestamp-offsets.ts';

/** What connections are made of. */
export interface FactorySurroundings {
  readonly profile: Profile;
  readonly paths: PathTable;
  readonly timestampOffsets: TimestampOffsets;
  /** Blocks for the data of all connections. */
  readonly pool: BlockPool;
  /** What the buffers of all connections take. */
  readonly memory: MemoryAccount;
  /** Where connections are found by their four numbers. */
  readonly connections: ConnectionTable<HostedConnection>;
}

/** A connection that is to be made. */
export interface OpenRequest {
  readonly tuple: FourTuple;
  readonly iss: number;
  /** The way out. */
  readonly device: PacketDevice;
  /** The connection is counted among its users already. */
  readonly binding: Binding;
  /** Whose queues it will wait in; `null`: it is opened actively. */
  readonly listener: Listener | null;
  readonly settings: InheritedSettings;
}

/** Makes the connections of a host. */
export class ConnectionFactory {
  readonly #host: FactorySurroundings;
  readonly #onExpiry: (now: number, timer: Timer) => void;
  #settings: ConnectionSettings;

  /** `onExpiry`: of the timer of any connection. */
  constructor(host: FactorySurroundings, onExpiry: (now: number, timer: Timer) => void) {
    this.#host = host;
    this.#onExpiry = onExpiry;
    this.#settings = defaultSettings(host.profile);
  }

  /** Makes a connection that no table knows of. */
  make(tuple: FourTuple, iss: number, device: PacketDevice, settings: InheritedSettings): Connection {
    const { profile, paths, timestampOffsets, pool, memory } = this.#host;
    const connection = new Connection({
      localAddress: tuple.localAddress,
      localPort: tuple.localPort,
      remoteAddress: tuple.remoteAddress,
      remotePort: tuple.remotePort,
      profile,
      path: paths.to(tuple.remoteAddress, device),
      settings: settings.connection ?? this.#defaultSettings(),
      initialSequenceNumber: iss,
      timestampOffset: timestampOffsets.between(tuple.localAddress, tuple.remoteAddress),
      pool,
      memory,
    });
    if (settings.noDelay) connection.sender.nagle.noDelay = true;
    if (settings.receiveBuffer > 0) connection.receiver.window.fix(settings.receiveBuffer);
    return connection;
  }

  /** Makes a connection and enters it under its four numbers. */
  open({ tuple, iss, device, binding, listener, settings }: OpenRequest): HostedConnection {
    const connection = this.make(tuple, iss, device, settings);
    const hosted = new HostedConnection(connection, device, binding, listener, this.#onExpiry);
    this.#host.connections.add(hosted);
    return hosted;
  }

  /** The settings of all connections whose owners set none; a profile may change under a running host. */
  #defaultSettings(): ConnectionSettings {
    const { profile } = this.#host;
    const { keepAliveIdle, keepAliveInterval, keepAliveProbes, userTimeout, hopLimit } = profile;
    const known = this.#settings;
    const isCurrent =
      known.keepAliveIdle === keepAliveIdle &&
      known.keepAliveInterval === keepAliveInterval &&
      known.keepAliveProbes === keepAliveProbes &&
      known.userTimeout === userTimeout &&
      known.hopLimit === hopLimit;
    if (!isCurrent) this.#settings = defaultSettings(profile);
    return this.#settings;
  }
}
