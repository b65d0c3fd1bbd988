import {
  Flag,
  type IpAddress,
  LOOPBACK_IPV4,
  LOOPBACK_IPV6,
  type Packet,
  type Segment,
  type TcpPacket,
} from '@halfclose/codec';
import {
  BlockPool,
  type ChosenRoute,
  Connection,
  type ConnectionSettings,
  type ConnectionState,
  defaultSettings,
  type FourTuple,
  type KeyedHash,
  linux,
  MemoryAccount,
  type Profile,
  sipHash,
  timestampOffset,
} from '@halfclose/tcp';
import type { Timer, TimerService } from '@halfclose/timers';
import { hasLoopbackAddress } from '../routing/address-rules.ts';
import { BLACKHOLE } from '../devices/blackhole-device.ts';
import { checkHostOptions, type HostOptions } from './host-options.ts';
import { ConnectionTable } from '../connections/connection-table.ts';
import { HostCounters, type HostDropReason } from '../events/drop-counters.ts';
import { EventSource } from '../events/event-source.ts';
import { FastOpenClient } from '../opening/fast-open-client.ts';
import { FastOpenServer } from '../opening/fast-open-server.ts';
import { FinWait2Records } from '../records/fin-wait-2-records.ts';
import { FragmentIdentification } from '../output/fragment-identification.ts';
import { FragmentReassembler } from '../input/fragment-reassembler.ts';
import { HostedConnection } from '../connections/hosted-connection.ts';
import { IcmpErrorSender } from '../output/icmp-error-sender.ts';
import { InputBacklog } from '../input/input-backlog.ts';
import { type InheritedSettings, type Listener, ListenerTable } from '../connections/listener.ts';
import { LoopbackDevice } from '../devices/loopback-device.ts';
import { type AddressPair, packetOfConnection, packetOfNobody } from '../output/outgoing-packet.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import { type Binding, PortTable } from '../ports/port-table.ts';
import { PathTable } from '../routing/path-table.ts';
import { type Route, RouteTable } from '../routing/route-table.ts';
import { returnRoute } from '../routing/source-routing.ts';
import { RecordTable } from '../records/record-table.ts';

/** The tables of a host and what every part of it does with them. Nothing here decides what a segment means. */
export class HostState {
  readonly name: string;
  readonly profile: Profile;
  readonly timers: TimerService;
  readonly hash: KeyedHash;
  /** Seed of the hash tables. */
  readonly seed: number;
  readonly counters = new HostCounters();
  /** Connections whose standing is `orphan`. */
  orphans = 0;
  readonly events: EventSource;
  readonly ports = new PortTable();
  readonly loopback: PacketDevice = new LoopbackDevice();
  readonly backlog = new InputBacklog();
  /** Numbers packets of no connection that may be cut. */
  readonly identification: FragmentIdentification;
  readonly icmpErrors: IcmpErrorSender;
  readonly reassembler: FragmentReassembler;
  readonly routes: RouteTable;
  readonly connections: ConnectionTable<HostedConnection>;
  readonly listeners = new ListenerTable();
  /** What is left of connections: TIME-WAIT, and FIN-WAIT-2 without a program. */
  readonly records: RecordTable;
  readonly finWait2: FinWait2Records;
  readonly #pool: BlockPool;
  /** What the buffers of all connections take. */
  readonly memory: MemoryAccount;
  readonly #unroutable: 'unreachable' | 'blackhole';
  readonly paths: PathTable;
  readonly fastOpenClient: FastOpenClient;
  readonly fastOpenServer: FastOpenServer;
  #settings: ConnectionSettings;
  /** The pair of addresses whose timestamp offset was computed last, and that offset. */
  #lastPair: Pick<FourTuple, 'localAddress' | 'remoteAddress'> | null = null;
  #lastOffset = 0;

  /** `wake`: a connection has something to tell. */
  constructor(options: HostOptions, wake: (hosted: HostedConnection) => void) {
    checkHostOptions(options);
    this.name = options.name ?? 'host';
    this.profile = options.profile ?? linux;
    this.timers = options.timers;
    this.hash = sipHash(options.secret);
    this.seed = this.hash(Uint32Array.of(0x64656d75)) | 0;
    this.events = new EventSource(this.name);
    this.routes = new RouteTable(this.loopback);
    this.identification = new FragmentIdentification(this.hash);
    this.icmpErrors = new IcmpErrorSender(this, options.icmpErrors ?? {});
    this.reassembler = new FragmentReassembler(this);
    this.connections = new ConnectionTable(this.seed);
    this.records = new RecordTable({
      timers: this.timers,
      ports: this.ports,
      duration: this.profile.timeWait,
      seed: this.seed,
      timestampOffset: (local, remote) => this.timestampOffset(local, remote),
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
    this.#pool = new BlockPool(options.allocate);
    this.memory = new MemoryAccount(this.profile, this.counters);
    this.#settings = defaultSettings(this.profile);
    this.#unroutable = options.unroutable ?? 'unreachable';
    this.paths = new PathTable(this.timers, this.profile);
    this.fastOpenClient = new FastOpenClient(this.profile);
    this.fastOpenServer = new FastOpenServer(this.profile, this.hash);
  }

  /** The way to `destination`; `null`: there is none, and the host is told to say so. */
  routeTo(destination: IpAddress): Route | null {
    const route = this.routes.find(destination);
    if (route !== null || this.#unroutable === 'unreachable') return route;
    return { device: BLACKHOLE, source: destination.isIPv4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6 };
  }

  /** Whether no single host has `address`. */
  isForNobody(address: IpAddress): boolean {
    return address.isMulticast || address.isUnspecified || this.routes.isBroadcast(address);
  }

  /** Nothing seems to arrive where the connection leads: its device is told, and another way taken if there is one. */
  adviseAgainst(hosted: HostedConnection): void {
    const { device, remoteAddress } = hosted;
    device.onNegativeAdvice?.(remoteAddress);
    this.routes.doubt(remoteAddress);
    const other = this.routes.find(remoteAddress)?.device ?? device;
    if (other === device) return;
    hosted.device = other;
    this.refreshPath(hosted);
  }

  /** Has a connection go by what is known of its path now. */
  refreshPath({ connection, device }: HostedConnection): void {
    connection.changePath(this.paths.to(connection.remoteAddress, device));
  }

  /** An ICMP error that quotes a segment in flight of the connection told the MTU of its path (RFC 1191, RFC 8201). */
  takePathMtu(hosted: HostedConnection, mtu: number): void {
    const { connection, device } = hosted;
    this.refreshPath(hosted);
    if (!connection.exceedsMtu(mtu)) return;
    connection.changePath(this.paths.narrow(connection.remoteAddress, device, mtu));
  }

  /** Makes a connection that no table knows of. */
  connection(tuple: FourTuple, iss: number, device: PacketDevice, settings: InheritedSettings): Connection {
    const connection = new Connection({
      localAddress: tuple.localAddress,
      localPort: tuple.localPort,
      remoteAddress: tuple.remoteAddress,
      remotePort: tuple.remotePort,
      profile: this.profile,
      path: this.paths.to(tuple.remoteAddress, device),
      settings: settings.connection ?? this.#defaultSettings(),
      initialSequenceNumber: iss,
      timestampOffset: this.timestampOffset(tuple.localAddress, tuple.remoteAddress),
      pool: this.#pool,
      memory: this.memory,
    });
    if (settings.noDelay) connection.sender.nagle.noDelay = true;
    if (settings.receiveBuffer > 0) connection.receiver.window.fix(settings.receiveBuffer);
    return connection;
  }

  /** Makes a connection and enters it under its four numbers. */
  add(
    tuple: FourTuple,
    iss: number,
    device: PacketDevice,
    binding: Binding,
    listener: Listener | null,
    settings: InheritedSettings,
    onExpiry: (now: number, timer: Timer) => void,
  ): HostedConnection {
    const connection = this.connection(tuple, iss, device, settings);
    const hosted = new HostedConnection(connection, device, binding, listener, onExpiry);
    this.connections.add(hosted);
    return hosted;
  }

  /** Has a connection go by `route` from now on. Returns the device that leads to its first station. */
  takeRoute(connection: Connection, sourceRoute: ChosenRoute | null, device: PacketDevice): PacketDevice {
    connection.changeSettings({ sourceRoute });
    connection.updateMss();
    const way = this.routes.find(sourceRoute?.hops[0] ?? connection.remoteAddress)?.device ?? device;
    if (way !== device) connection.changePath(this.paths.to(connection.remoteAddress, way));
    return way;
  }

  /**
   * The same for a connection that `packet` opens: it answers the way that the packet came. What its listener has in
   * IP_OPTIONS is not for those who call (Linux tcp_v4_syn_recv_sock).
   */
  takeOpenersRoute(connection: Connection, { sourceRoute }: TcpPacket, device: PacketDevice): PacketDevice {
    if (sourceRoute === undefined && connection.settings.sourceRoute === null) return device;
    return this.takeRoute(connection, sourceRoute === undefined ? null : returnRoute(sourceRoute), device);
  }

  /**
   * Whether no connection has these four numbers, or only one in TIME-WAIT that may be reopened. `bound`: the program has
   * bound the port itself.
   */
  isFree(
    local: IpAddress,
    localPort: number,
    remote: IpAddress,
    remotePort: number,
    bound: boolean,
    now: number,
  ): boolean {
    if (this.connections.find(local, localPort, remote, remotePort) !== null) return false;
    const former = this.records.slotOf(local, localPort, remote, remotePort);
    if (former < 0) return true;
    const since = this.records.reusableSince(former);
    if (since === Infinity) return false;
    // Who has bound the port means it (Linux tcp_twsk_unique; docs/linux/notes.md, W10, X1).
    if (bound) return true;
    const { timeWaitReuse, timeWaitReuseDelay } = this.profile;
    const allowed = timeWaitReuse === 1 || (timeWaitReuse === 2 && remote.isLoopback);
    return allowed && now - since >= timeWaitReuseDelay;
  }

  /** Whether others may see what is sent on `device`. */
  leavesHost(device: PacketDevice): boolean {
    return device !== this.loopback && device !== BLACKHOLE;
  }

  /** The device by which what answers `packet` goes back; `null`: there is no route. */
  wayBack(packet: Packet, device: PacketDevice): PacketDevice | null {
    if (device === this.loopback) return device;
    return this.routes.find(packet.source)?.device ?? null;
  }

  /**
   * Sends `segment` from one address to the other. What no connection stands behind has the host's hop limit, the given
   * Diffserv codepoint, and goes the way that the routes say.
   */
  transmit(
    from: AddressPair,
    device: PacketDevice,
    segment: Segment,
    state: ConnectionState | null,
    now: number,
    connection: Connection | null = null,
    dscp = 0,
  ): void {
    const packet =
      connection === null
        ? packetOfNobody(from, segment, this.profile.hopLimit, dscp)
        : packetOfConnection(from, segment, connection);
    if (this.send(packet, device, state, now) && (segment.flags & Flag.RST) !== 0) this.counters.resetsSent++;
  }

  /** Sends a packet, and tells of it. Returns whether it may leave the host. */
  send(packet: Packet, device: PacketDevice, state: ConnectionState | null, now: number): boolean {
    if (this.leavesHost(device) && hasLoopbackAddress(packet)) {
      this.drop(packet, 'loopback-address-on-wire', now);
      return false;
    }
    this.counters.packetsSent++;
    if (this.events.active) this.events.segment('sent', packet, state, now);
    device.transmit(packet);
    return true;
  }

  /** Counts and tells that a packet was dropped. */
  drop(packet: Packet, reason: HostDropReason, now: number): void {
    this.counters.drop(reason);
    if (this.events.active) this.events.segment('dropped', packet, null, now, reason);
  }

  /** The settings of all connections whose owners set none; a profile may change under a running host. */
  #defaultSettings(): ConnectionSettings {
    const { keepAliveIdle, keepAliveInterval, keepAliveProbes, userTimeout, hopLimit } = this.profile;
    const known = this.#settings;
    const isCurrent =
      known.keepAliveIdle === keepAliveIdle &&
      known.keepAliveInterval === keepAliveInterval &&
      known.keepAliveProbes === keepAliveProbes &&
      known.userTimeout === userTimeout &&
      known.hopLimit === hopLimit;
    if (!isCurrent) this.#settings = defaultSettings(this.profile);
    return this.#settings;
  }

  /** What the timestamps between two addresses start from. All connections of a pair share it, so the hash is rarely needed. */
  timestampOffset(local: IpAddress, remote: IpAddress): number {
    const last = this.#lastPair;
    if (last?.localAddress.equals(local) !== true || !last.remoteAddress.equals(remote)) {
      this.#lastPair = { localAddress: local, remoteAddress: remote };
      this.#lastOffset = timestampOffset(local, remote, this.hash);
    }
    return this.#lastOffset;
  }
}
