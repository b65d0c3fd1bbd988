import { BlockPool, linux, MemoryAccount, sipHash } from '@halfclose/tcp';
import type { Timer } from '@halfclose/timers';
import { ConnectionTable } from '../connections/connection-table.ts';
import type { HostedConnection } from '../connections/hosted-connection.ts';
import { ListenerTable } from '../connections/listener.ts';
import { LoopbackDevice } from '../devices/loopback-device.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import { HostCounters } from '../events/drop-counters.ts';
import { DropLog } from '../events/drop-log.ts';
import { EventSource } from '../events/event-source.ts';
import { FragmentReassembler } from '../input/fragment-reassembler.ts';
import { InputBacklog } from '../input/input-backlog.ts';
import { ConnectionFactory } from '../opening/connection-factory.ts';
import { FastOpenClient } from '../opening/fast-open-client.ts';
import { FastOpenServer } from '../opening/fast-open-server.ts';
import { TimestampOffsets } from '../opening/timestamp-offsets.ts';
import { FragmentIdentification } from '../output/fragment-identification.ts';
import { IcmpErrorSender } from '../output/icmp-error-sender.ts';
import { Transmitter } from '../output/transmitter.ts';
import { PortTable } from '../ports/port-table.ts';
import { FinWait2Records } from '../records/fin-wait-2-records.ts';
import { RecordTable } from '../records/record-table.ts';
import { ConnectionPaths } from '../routing/connection-paths.ts';
import { PathTable } from '../routing/path-table.ts';
import { RouteTable } from '../routing/route-table.ts';
import { checkHostOptions, type HostOptions } from './host-options.ts';

/**
 * The parts of a host, put together. It decides and does nothing: each part says in an interface of its own what it needs
 * of the others, and is given this.
 */
export class HostParts {
  readonly name;
  readonly profile;
  readonly timers;
  readonly hash;
  /** Seed of the hash tables. */
  readonly seed: number;
  readonly counters = new HostCounters();
  readonly events: EventSource;
  readonly drops: DropLog;
  readonly ports = new PortTable();
  readonly loopback: PacketDevice = new LoopbackDevice();
  readonly backlog = new InputBacklog();
  readonly listeners = new ListenerTable();
  readonly routes: RouteTable;
  readonly paths: PathTable;
  readonly connectionPaths: ConnectionPaths;
  readonly connections: ConnectionTable<HostedConnection>;
  /** What is left of connections: TIME-WAIT, and FIN-WAIT-2 without a program. */
  readonly records: RecordTable;
  readonly finWait2: FinWait2Records;
  /** Numbers packets of no connection that may be cut. */
  readonly identification: FragmentIdentification;
  readonly transmitter: Transmitter;
  readonly icmpErrors: IcmpErrorSender;
  readonly reassembler: FragmentReassembler;
  readonly timestampOffsets: TimestampOffsets;
  readonly pool: BlockPool;
  /** What the buffers of all connections take. */
  readonly memory: MemoryAccount;
  readonly factory: ConnectionFactory;
  readonly fastOpenClient: FastOpenClient;
  readonly fastOpenServer: FastOpenServer;

  /** `wake`: a connection has something to tell. `onExpiry`: of the timer of a connection. */
  constructor(
    options: HostOptions,
    wake: (hosted: HostedConnection) => void,
    onExpiry: (now: number, timer: Timer) => void,
  ) {
    checkHostOptions(options);
    this.name = options.name ?? 'host';
    this.profile = options.profile ?? linux;
    this.timers = options.timers;
    this.hash = sipHash(options.secret);
    this.seed = this.hash(Uint32Array.of(0x64656d75)) | 0;
    this.events = new EventSource(this.name);
    this.drops = new DropLog(this.counters, this.events);
    this.routes = new RouteTable(this.loopback);
    this.paths = new PathTable(this.timers, this.profile);
    this.connectionPaths = new ConnectionPaths(this.routes, this.paths);
    this.transmitter = new Transmitter(this);
    this.identification = new FragmentIdentification(this.hash);
    this.icmpErrors = new IcmpErrorSender(this, options.icmpErrors ?? {});
    this.reassembler = new FragmentReassembler(this);
    this.connections = new ConnectionTable(this.seed);
    this.timestampOffsets = new TimestampOffsets(this.hash);
    this.records = new RecordTable({
      timers: this.timers,
      ports: this.ports,
      duration: this.profile.timeWait,
      seed: this.seed,
      timestampOffset: (local, remote) => this.timestampOffsets.between(local, remote),
      recheck: this.profile.finWait2Recheck,
      onExpired: (entry, now) => {
        if (entry.state === 'FIN-WAIT-2') this.finWait2.onExpired(entry, now);
        else this.events.recordChanged(entry, 'TIME-WAIT', 'CLOSED', 'TIME-WAIT over', now);
      },
      onPutOff: (entry, now) => {
        this.finWait2.onPutOff(entry, now);
      },
    });
    this.finWait2 = new FinWait2Records(this, wake);
    this.pool = new BlockPool(options.allocate);
    this.memory = new MemoryAccount(this.profile, this.counters);
    this.factory = new ConnectionFactory(this, onExpiry);
    this.fastOpenClient = new FastOpenClient(this.profile);
    this.fastOpenServer = new FastOpenServer(this.profile, this.hash);
  }
}
