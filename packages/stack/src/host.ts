import {
  Flag,
  type IcmpPacket,
  type IpAddress,
  LOOPBACK_IPV4,
  LOOPBACK_IPV6,
  type Packet,
  type Segment,
  type TcpPacket,
} from '@halfclose/codec';
import {
  acknowledgmentOf,
  type Allocate,
  BlockPool,
  Connection,
  ConnectionEvent,
  initialSequenceNumber,
  type KeyedHash,
  linux,
  type Profile,
  receiveInListen,
  receiveInTimeWait,
  REOPEN_ISS_STEP,
  resetFor,
  sipHash,
  timeWaitOf,
  timestampOffset,
} from '@halfclose/tcp';
import type { Timer, TimerService } from '@halfclose/timers';
import { ConnectionTable, hashFourTuple } from './connection-table.ts';
import { HostCounters, type HostDropReason } from './drop-counters.ts';
import { EventSource } from './event-source.ts';
import { HostedConnection } from './hosted-connection.ts';
import { networkErrorOf } from './icmp-errors.ts';
import { type InheritedSettings, Listener, type ListenerOwner, ListenerTable } from './listener.ts';
import { LoopbackDevice } from './loopback-device.ts';
import type { PacketDevice } from './packet-device.ts';
import { PortChoice } from './port-choice.ts';
import { BLACKHOLE } from './blackhole-device.ts';
import { type Binding, PortTable } from './port-table.ts';
import { type InterfaceAddress, type Route, RouteTable } from './route-table.ts';
import { RunLoop } from './run-loop.ts';
import type { StackEvent, StackObserver } from './stack-event.ts';
import { type TimeWaitEntry, TimeWaitTable } from './time-wait-table.ts';

const HOP_LIMIT = 64;

/** What a host is made of. */
export interface HostOptions {
  /** Where time comes from. */
  readonly timers: TimerService;
  /** 128 bits that nobody else knows: ISNs, ports and timestamp offsets depend on it (RFC 6528, RFC 6056). */
  readonly secret: Uint32Array;
  /** Name in events; default `host`. */
  readonly name?: string;
  /** Default: `linux`. */
  readonly profile?: Profile;
  /** Makes the memory that text is copied into; default: `Uint8Array`. */
  readonly allocate?: Allocate;
  /** What a connection to an address without a route meets: an error at once, or silence. Default `unreachable`. */
  readonly unroutable?: 'unreachable' | 'blackhole';
}

/** What {@link Host.connect} needs to know. */
export interface ConnectRequest {
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  /** `null`: the stack chooses the address; its port 0: the stack chooses the port. */
  readonly binding: Binding | null;
  readonly localAddress: IpAddress | null;
  readonly settings: InheritedSettings;
}

/** One host: its addresses, its devices, and all its connections. */
export class Host {
  readonly name: string;
  readonly profile: Profile;
  readonly timers: TimerService;
  readonly counters = new HostCounters();
  readonly ports = new PortTable();
  readonly loopback: PacketDevice = new LoopbackDevice();
  readonly #routes: RouteTable;
  readonly #hash: KeyedHash;
  readonly #seed: number;
  readonly #pool: BlockPool;
  readonly #unroutable: 'unreachable' | 'blackhole';
  readonly #connections: ConnectionTable<HostedConnection>;
  readonly #listeners = new ListenerTable();
  readonly #timeWaits: TimeWaitTable;
  readonly #loop: RunLoop;
  readonly #ports: PortChoice;
  readonly #events: EventSource;

  constructor(options: HostOptions) {
    if (options.secret.length < 4) throw new RangeError('secret must hold at least four 32-bit words');
    this.name = options.name ?? 'host';
    this.profile = options.profile ?? linux;
    this.timers = options.timers;
    this.#events = new EventSource(this.name);
    this.#hash = sipHash(options.secret);
    this.#ports = new PortChoice(this.#hash, this.profile);
    this.#seed = this.#hash(Uint32Array.of(0x64656d75)) | 0;
    this.#pool = new BlockPool(options.allocate);
    this.#unroutable = options.unroutable ?? 'unreachable';
    this.#connections = new ConnectionTable(this.#seed);
    this.#routes = new RouteTable(this.loopback);
    this.#timeWaits = new TimeWaitTable(
      this.timers,
      this.profile.timeWait,
      this.#seed,
      (entry, now) => this.#endTimeWait(entry, 'TIME-WAIT over', now),
    );
    this.#loop = new RunLoop(
      this.timers,
      (packet, device, now) => this.#input(packet, device, now),
      (hosted, now) => this.#serve(hosted, now),
    );
    this.#attach(this.loopback);
  }

  // --- configuration

  /** Adds a device under the given addresses. */
  addInterface(device: PacketDevice, addresses: readonly InterfaceAddress[]): void {
    this.#routes.addInterface(device, addresses);
    this.#attach(device);
  }

  /** Adds a route: see {@link RouteTable.addRoute}. The device must have been added as an interface. */
  addRoute(prefix: IpAddress, prefixLength: number, device: PacketDevice, source: IpAddress): void {
    this.#routes.addRoute(prefix, prefixLength, device, source);
  }

  /** Whether packets to `address` are for this host. */
  isLocal(address: IpAddress): boolean {
    return this.#routes.isLocal(address);
  }

  /** Addresses of the host beside loopback. */
  get addresses(): readonly IpAddress[] {
    return this.#routes.addresses;
  }

  /** Tells `observer` of each segment, state, timer and call from now on; `null` ends that. */
  observe(observer: StackObserver | null): void {
    this.#events.observer = observer;
  }

  /** Whether somebody observes; what only an observer needs is made only then. */
  get observed(): boolean {
    return this.#events.active;
  }

  /** Tells the observer, if there is one. For the layers above, which know of calls. */
  emit(event: StackEvent): void {
    this.#events.emit(event);
  }

  // --- what sockets want

  /**
   * Opens a connection. The SYN goes out after the calling code has returned.
   * `EADDRNOTAVAIL`: no port is left, or the four numbers are in use; `ENETUNREACH`: no route.
   */
  connect(request: ConnectRequest): HostedConnection | 'EADDRNOTAVAIL' | 'ENETUNREACH' {
    const { remoteAddress, remotePort } = request;
    const route = this.#routeFrom(remoteAddress);
    if (route === null) return 'ENETUNREACH';
    const now = this.timers.now();
    const localAddress = request.localAddress ?? route.source;
    let binding = request.binding;
    let localPort = binding?.port ?? 0;
    if (binding === null || localPort === 0) {
      localPort = this.#ports.forConnection(
        { localAddress, localPort: 0, remoteAddress, remotePort },
        (port) => this.ports.isFreeForConnect(port) && this.#isFree(localAddress, port, remoteAddress, remotePort, now),
      );
      if (localPort === 0) return 'EADDRNOTAVAIL';
      binding = this.ports.hold({
        address: localAddress,
        port: localPort,
        ipv6Only: false,
        reuseAddress: false,
        reusePort: false,
        listening: false,
        ephemeral: true,
      });
    } else {
      if (!this.#isFree(localAddress, localPort, remoteAddress, remotePort, now)) return 'EADDRNOTAVAIL';
      binding.users++;
    }
    const former = this.#timeWaits.find(localAddress, localPort, remoteAddress, remotePort);
    const tuple = { localAddress, localPort, remoteAddress, remotePort };
    let iss = initialSequenceNumber(tuple, this.#hash, now);
    if (former !== null) {
      iss = (former.record.sndNxt + REOPEN_ISS_STEP) | 0;
      this.#timeWaits.remove(former);
      this.ports.release(former.binding);
    }
    const hosted = this.#host(tuple, iss, route.device, binding, null, request.settings);
    this.counters.connectionsOpened++;
    hosted.connection.connect(now);
    this.wake(hosted);
    return hosted;
  }

  /** Starts to listen on a binding; SYNs are answered from now on. */
  listen(binding: Binding, backlog: number, settings: InheritedSettings, owner: ListenerOwner): Listener {
    const listener = new Listener(binding, Math.min(backlog, this.profile.maxBacklog), settings, owner);
    binding.listening = true;
    this.#listeners.add(listener);
    return listener;
  }

  /** The next connection that is ready, `null`: none. The caller becomes its owner. */
  accept(listener: Listener): HostedConnection | null {
    const hosted = listener.acceptQueue.shift() ?? null;
    if (hosted !== null) {
      hosted.listener = null;
      this.counters.connectionsAccepted++;
    }
    return hosted;
  }

  /** Ends LISTEN: what nobody accepted is reset; half-open ones vanish (closing/LINUX.md, j01 to j04). */
  closeListener(listener: Listener): void {
    const now = this.timers.now();
    this.#listeners.remove(listener);
    listener.binding.listening = false;
    listener.owner = null;
    for (const hosted of listener.acceptQueue.splice(0)) {
      hosted.listener = null;
      hosted.connection.orphan = true;
      hosted.connection.abort('listener closed', now);
      this.wake(hosted);
    }
    for (const hosted of listener.synQueue) {
      hosted.listener = null;
      hosted.connection.orphan = true;
      hosted.connection.finish('listener closed', now);
      this.wake(hosted);
    }
    listener.synQueue.clear();
  }

  /** A port that nobody holds, by the profile's range; 0: none. */
  freePort(address: IpAddress): number {
    return this.#ports.forBind(address, (port) => this.ports.isFree(port));
  }

  /** The address that a connection to `destination` would come from; `null`: no route. */
  sourceFor(destination: IpAddress): IpAddress | null {
    return this.#routeFrom(destination)?.source ?? null;
  }

  /** After any call on a connection: lets it send, tell its owner, and set its timer. */
  wake(hosted: HostedConnection): void {
    this.#loop.wake(hosted);
  }

  /** Connections of all states but TIME-WAIT. */
  connections(): Iterable<HostedConnection> {
    return this.#connections.values();
  }

  listeners(): Iterable<Listener> {
    return this.#listeners.values();
  }

  timeWaits(): Iterable<TimeWaitEntry> {
    return this.#timeWaits.values();
  }

  get timeWaitCount(): number {
    return this.#timeWaits.size;
  }

  // --- input

  #attach(device: PacketDevice): void {
    device.attach((packet) => this.#loop.receive(packet, device));
  }

  #input(packet: Packet, device: PacketDevice, now: number): void {
    this.counters.packetsReceived++;
    const { destination, source } = packet;
    if (device !== this.loopback) {
      if (destination.isMulticast || source.isMulticast) {
        this.#drop(packet, 'multicast', now);
        return;
      }
      if (source.isLoopback || source.isUnspecified) {
        this.#drop(packet, 'martian-source', now);
        return;
      }
    }
    if (!this.#routes.isLocal(destination)) {
      this.#drop(packet, 'not-local', now);
      return;
    }
    if (packet.kind === 'icmp') this.#inputIcmp(packet, now);
    else this.#inputTcp(packet, device, now);
  }

  #inputTcp(packet: TcpPacket, device: PacketDevice, now: number): void {
    const { segment, source, destination } = packet;
    const hosted = this.#connections.find(destination, segment.destinationPort, source, segment.sourcePort);
    if (hosted !== null) {
      if (hosted.listener?.acceptQueueFull === true && !this.#admit(hosted, packet, now)) return;
      hosted.connection.receive(segment, now);
      if (this.#events.active) this.#observeArrival(packet, hosted, now);
      this.#loop.wake(hosted);
      return;
    }
    const spread = hashFourTuple(destination, segment.destinationPort, source, segment.sourcePort, this.#seed);
    const listener = this.#listeners.find(destination, segment.destinationPort, spread);
    const former = this.#timeWaits.find(destination, segment.destinationPort, source, segment.sourcePort);
    if (former !== null) {
      const step = this.#inputTimeWait(former, packet, listener !== null, now);
      if (step !== 'open' || listener === null) return;
      this.#open(listener, packet, device, (former.record.sndNxt + REOPEN_ISS_STEP) | 0, now);
      return;
    }
    if (listener === null) {
      this.#events.segment('received', packet, null, now);
      this.#answerWithReset(packet, device, 'no-connection', now);
      return;
    }
    const verdict = receiveInListen(segment);
    if (verdict === 'open') this.#open(listener, packet, device, null, now);
    else if (verdict === 'reset') {
      this.#events.segment('received', packet, null, now);
      this.#answerWithReset(packet, device, 'no-connection', now);
    } else this.#drop(packet, 'listener-ignored', now);
  }

  /** The accept queue is full: the handshake may not end yet (closing/LINUX.md, section 4). */
  #admit(hosted: HostedConnection, packet: TcpPacket, now: number): boolean {
    if (hosted.connection.state !== 'SYN-RECEIVED') return true;
    if ((packet.segment.flags & (Flag.RST | Flag.SYN)) !== 0) return true;
    if (this.profile.abortOnOverflow) {
      this.#answerWithReset(packet, hosted.device, 'accept-queue-full', now);
      hosted.connection.finish('listener closed', now);
      this.#loop.wake(hosted);
    } else this.#drop(packet, 'accept-queue-full', now);
    return false;
  }

  #open(listener: Listener, packet: TcpPacket, device: PacketDevice, iss: number | null, now: number): void {
    if (listener.acceptQueueFull) {
      this.#drop(packet, 'accept-queue-full', now);
      return;
    }
    if (listener.synQueueFull) {
      this.#drop(packet, 'syn-queue-full', now);
      return;
    }
    const { segment } = packet;
    const tuple = {
      localAddress: packet.destination,
      localPort: segment.destinationPort,
      remoteAddress: packet.source,
      remotePort: segment.sourcePort,
    };
    const way = device === this.loopback ? device : (this.#routes.find(packet.source)?.device ?? device);
    listener.binding.users++;
    const hosted = this.#host(
      tuple,
      iss ?? initialSequenceNumber(tuple, this.#hash, now),
      way,
      listener.binding,
      listener,
      listener.settings,
    );
    listener.synQueue.add(hosted);
    hosted.connection.accept(segment, now);
    if (this.#events.active) this.#observeArrival(packet, hosted, now);
    this.#loop.wake(hosted);
  }

  #inputTimeWait(entry: TimeWaitEntry, packet: TcpPacket, listening: boolean, now: number): string {
    const verdict = receiveInTimeWait(entry.record, packet.segment, listening, now, this.profile);
    if (verdict.restart) this.#timeWaits.restart(entry, now);
    switch (verdict.answer) {
      case 'acknowledge':
        this.#events.segment('received', packet, 'TIME-WAIT', now);
        this.#acknowledgeTimeWait(entry, now);
        break;
      case 'ignore':
        this.#drop(packet, 'time-wait-ignored', now);
        break;
      case 'end':
        this.#events.segment('received', packet, 'TIME-WAIT', now);
        this.#timeWaits.remove(entry);
        this.#endTimeWait(entry, 'peer reset', now);
        break;
      case 'open':
        this.#timeWaits.remove(entry);
        this.ports.release(entry.binding);
        break;
    }
    return verdict.answer;
  }

  #acknowledgeTimeWait(entry: TimeWaitEntry, now: number): void {
    this.#transmit(entry, entry.device, acknowledgmentOf(entry, entry.record, now), 'TIME-WAIT', now);
  }

  #inputIcmp(packet: IcmpPacket, now: number): void {
    const { quoted } = packet.message;
    const error = quoted === null ? null : networkErrorOf(packet);
    if (quoted === null || error === null) {
      this.#drop(packet, 'icmp-ignored', now);
      return;
    }
    const hosted = this.#connections.find(
      quoted.source,
      quoted.sourcePort,
      quoted.destination,
      quoted.destinationPort,
    );
    if (hosted === null) {
      this.#drop(packet, 'icmp-no-connection', now);
      return;
    }
    const { connection } = hosted;
    const { sender } = connection;
    // RFC 5927, 4.1: only what quotes something in flight is believed.
    const inFlight = ((quoted.seq - sender.sndUna) | 0) >= 0 && ((quoted.seq - sender.sndNxt) | 0) < 0;
    if (!inFlight) {
      this.#drop(packet, 'icmp-not-in-flight', now);
      return;
    }
    this.#events.segment('received', packet, connection.state, now);
    if (error.kind === 'path MTU') connection.onPathMtu(error.mtu);
    else connection.onNetworkError(error.code, error.hard, now);
    this.#loop.wake(hosted);
  }

  // --- serving a connection

  /** Tells the owner, sends what can be sent, and looks after timer and end. Returns the packets sent. */
  #serve(hosted: HostedConnection, now: number): number {
    const { connection } = hosted;
    let sent = 0;
    for (;;) {
      const events = connection.takeEvents();
      if (events !== 0) this.#tell(hosted, events);
      let segment = connection.nextSegment(now);
      while (segment !== null) {
        this.#transmit(hosted, hosted.device, segment, connection.state, now);
        sent++;
        segment = connection.nextSegment(now);
      }
      if (events === 0) break;
    }
    if (this.#events.active) this.#events.states(hosted);
    if (connection.state === 'CLOSED' || connection.state === 'TIME-WAIT') this.#retire(hosted, now);
    else if (connection.deadline < hosted.deadline) this.timers.arm(hosted, connection.deadline);
    return sent;
  }

  #tell(hosted: HostedConnection, events: number): void {
    const { listener } = hosted;
    if (listener === null) {
      hosted.owner?.onConnectionEvents(events);
      return;
    }
    if ((events & ConnectionEvent.Connected) !== 0) {
      listener.synQueue.delete(hosted);
      listener.acceptQueue.push(hosted);
      listener.owner?.onAcceptable();
    } else if ((events & ConnectionEvent.Closed) !== 0) listener.synQueue.delete(hosted);
  }

  #retire(hosted: HostedConnection, now: number): void {
    if (!hosted.registered) return;
    hosted.registered = false;
    this.timers.disarm(hosted);
    this.#connections.remove(hosted);
    if (hosted.connection.state === 'TIME-WAIT') {
      if (this.#timeWaits.size < this.profile.maxTimeWaits) {
        this.counters.timeWaitsEntered++;
        const { localAddress, localPort, remoteAddress, remotePort, device, binding } = hosted;
        const record = timeWaitOf(hosted.connection);
        this.#timeWaits.add({ localAddress, localPort, remoteAddress, remotePort, device, binding, record }, now);
        return;
      }
      this.counters.timeWaitsSkipped++;
    }
    this.ports.release(hosted.binding);
  }

  #endTimeWait(entry: TimeWaitEntry, why: string, now: number): void {
    this.ports.release(entry.binding);
    this.#events.timeWaitEnded(entry, why, now);
  }

  readonly #onTimer = (now: number, timer: Timer): void => {
    if (!(timer instanceof HostedConnection) || !timer.registered) return;
    const struck = timer.connection.tick(now);
    if (struck !== null && this.#events.active) this.#events.timer(timer, struck, now);
    this.#loop.wake(timer);
  };

  // --- output

  #host(
    tuple: { localAddress: IpAddress; localPort: number; remoteAddress: IpAddress; remotePort: number },
    iss: number,
    device: PacketDevice,
    binding: Binding,
    listener: Listener | null,
    settings: InheritedSettings,
  ): HostedConnection {
    const { offload } = device;
    const connection = new Connection({
      ...tuple,
      profile: this.profile,
      path: {
        mtu: device.mtu,
        segmentOctets: offload.segmentOctets,
        byReference: offload.byReference === true,
      },
      initialSequenceNumber: iss,
      timestampOffset: timestampOffset(tuple.localAddress, tuple.remoteAddress, this.#hash),
      pool: this.#pool,
    });
    Object.assign(connection.settings, settings.connection);
    connection.sender.settings.noDelay = settings.noDelay;
    if (settings.receiveBuffer > 0) connection.receiver.window.fix(settings.receiveBuffer);
    const hosted = new HostedConnection(connection, device, binding, listener, this.#onTimer);
    this.#connections.add(hosted);
    return hosted;
  }

  #transmit(
    from: { readonly localAddress: IpAddress; readonly remoteAddress: IpAddress },
    device: PacketDevice,
    segment: Segment,
    state: HostedConnection['connection']['state'] | null,
    now: number,
  ): void {
    const packet: TcpPacket = {
      kind: 'tcp',
      source: from.localAddress,
      destination: from.remoteAddress,
      hopLimit: HOP_LIMIT,
      dscp: 0,
      segment,
    };
    this.counters.packetsSent++;
    if ((segment.flags & Flag.RST) !== 0) this.counters.resetsSent++;
    if (this.#events.active) this.#events.segment('sent', packet, state, now);
    device.transmit(packet);
  }

  /** RFC 9293, 3.5.2, group 1. */
  #answerWithReset(packet: TcpPacket, device: PacketDevice, reason: HostDropReason, now: number): void {
    const reply = resetFor(packet.segment);
    this.counters.drop(reply === null ? 'no-connection-reset' : reason);
    if (reply === null) return;
    const way = device === this.loopback ? device : this.#routes.find(packet.source)?.device;
    if (way === undefined) {
      this.#drop(packet, 'no-route', now);
      return;
    }
    this.#transmit({ localAddress: packet.destination, remoteAddress: packet.source }, way, reply, null, now);
  }

  #drop(packet: Packet, reason: HostDropReason, now: number): void {
    this.counters.drop(reason);
    this.#events.segment('dropped', packet, null, now, reason);
  }

  #routeFrom(destination: IpAddress): Route | null {
    const route = this.#routes.find(destination);
    if (route !== null || this.#unroutable === 'unreachable') return route;
    return { device: BLACKHOLE, source: destination.isIPv4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6 };
  }

  /** Whether no connection has these four numbers, or one in TIME-WAIT that may be reopened. */
  #isFree(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number, now: number): boolean {
    if (this.#connections.find(local, localPort, remote, remotePort) !== null) return false;
    const former = this.#timeWaits.find(local, localPort, remote, remotePort);
    if (former === null) return true;
    const { timeWaitReuse, timeWaitReuseDelay } = this.profile;
    const allowed = timeWaitReuse === 1 || (timeWaitReuse === 2 && remote.isLoopback);
    // RFC 6191: timestamps keep the two apart once the clock has ticked.
    return allowed && former.record.timestamps && now - former.since >= timeWaitReuseDelay;
  }

  #observeArrival(packet: Packet, hosted: HostedConnection, now: number): void {
    this.#events.segment('received', packet, hosted.connection.state, now);
    this.#events.states(hosted);
  }
}
