import type { IpAddress } from '@halfclose/codec';
import { checkAddress, checkFunction, checkHas, checkInteger, checkObject } from '@halfclose/codec/arguments';
import type { EndReason, MemoryAccount, Profile } from '@halfclose/tcp';
import type { Timer, TimerService } from '@halfclose/timers';
import { checkRequest, type ConnectRequest } from '../opening/connect-request.ts';
import { type DumpedConnection, dumpConnections } from './connection-dump.ts';
import { ConnectionService } from './connection-service.ts';
import type { HostCounters } from '../events/drop-counters.ts';
import type { FastOpenSettings } from '../connections/fast-open-queue.ts';
import type { FragmentReassembler } from '../input/fragment-reassembler.ts';
import { checkHosted, HostedConnection } from '../connections/hosted-connection.ts';
import { HostParts } from './host-parts.ts';
import type { HostOptions } from './host-options.ts';
import {
  checkInherited,
  checkListener,
  type InheritedSettings,
  Listener,
  type ListenerOwner,
} from '../connections/listener.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import { PacketInput } from '../input/packet-input.ts';
import { ActiveOpen, type OpenRefusal } from '../opening/active-open.ts';
import { type Binding, checkBinding, type PortTable } from '../ports/port-table.ts';
import { checkInterface, checkRoute, type InterfaceAddress } from '../routing/route-table.ts';
import { type Caller, checkCaller, RunLoop } from './run-loop.ts';
import type { StackEvent, StackObserver, StackSubscriber } from '../events/stack-event.ts';
import type { RecordEntry } from '../records/record-entry.ts';

/** One host: its addresses, its devices, and all its connections. */
export class Host {
  readonly #parts: HostParts;
  readonly #activeOpen: ActiveOpen;
  readonly #service: ConnectionService;
  readonly #loop: RunLoop;

  constructor(options: HostOptions) {
    const wake = (hosted: HostedConnection): void => {
      this.#loop.wake(hosted);
    };
    const parts = new HostParts(options, wake, this.#onTimer);
    const service = new ConnectionService(parts);
    const input = new PacketInput(parts, wake);
    this.#parts = parts;
    this.#service = service;
    this.#activeOpen = new ActiveOpen(parts, options.unroutable ?? 'unreachable');
    this.#loop = new RunLoop(
      parts.timers,
      (packet, device, now) => {
        parts.events.look();
        input.receive(packet, device, now);
      },
      (hosted, now) => service.serve(hosted, now),
    );
    parts.loopback.attach((packet) => {
      this.#loop.receive(packet, parts.loopback);
    });
  }

  /** Name in events. */
  get name(): string {
    return this.#parts.name;
  }

  get profile(): Profile {
    return this.#parts.profile;
  }

  get timers(): TimerService {
    return this.#parts.timers;
  }

  /** Milliseconds of the host's clock: within a turn of the host, when that began. */
  get now(): number {
    return this.#loop.now;
  }

  /** What went through, and what was dropped for which reason. */
  get counters(): HostCounters {
    return this.#parts.counters;
  }

  /** What the buffers of all connections take, and whether that is too much: see `memoryHigh` of the profile. */
  get memory(): Pick<MemoryAccount, 'used' | 'holders' | 'isUnderPressure' | 'isExceeded'> {
    return this.#parts.memory;
  }

  /** How many packets wait for some of their fragments, and what these take in bytes: see `fragmentMemory` of the profile. */
  get fragments(): Pick<FragmentReassembler, 'incomplete' | 'memory'> {
    return this.#parts.reassembler;
  }

  /** Which local ports are in use. */
  get ports(): PortTable {
    return this.#parts.ports;
  }

  /** Adds a device under the given addresses. */
  addInterface(device: PacketDevice, addresses: readonly InterfaceAddress[]): void {
    checkInterface(device, addresses);
    this.#parts.routes.addInterface(device, addresses);
    this.#attach(device);
  }

  /**
   * Sends everything within the prefix out on `device`, which must have been added as an interface. Length 0 with the
   * unspecified address is the default route.
   */
  addRoute(prefix: IpAddress, prefixLength: number, device: PacketDevice, source: IpAddress): void {
    checkRoute(prefix, prefixLength, device, source);
    this.#parts.routes.addRoute(prefix, prefixLength, device, source);
  }

  /** Whether packets to `address` are for this host. */
  isLocal(address: IpAddress): boolean {
    checkAddress('address', address);
    return this.#parts.routes.isLocal(address);
  }

  /** Addresses of the host beside loopback. */
  get addresses(): readonly IpAddress[] {
    return this.#parts.routes.addresses;
  }

  /** The address that a connection to `destination` would come from; `null`: no route. */
  sourceFor(destination: IpAddress): IpAddress | null {
    checkAddress('destination', destination);
    return this.#activeOpen.routeTo(destination)?.source ?? null;
  }

  /**
   * Calls no program any more until {@link Host.thaw}, as if they were stopped (SIGSTOP); the host itself goes on, so peers are
   * acknowledged until buffers are full, and connections are taken until the backlog is. A connection whose owner takes no
   * steps (`takesSteps`) waits altogether, as it cannot be served without a call.
   */
  freeze(): void {
    this.#loop.isFrozen = true;
  }

  /** Ends {@link Host.freeze}: programs are told what they have missed. */
  thaw(): void {
    this.#loop.isFrozen = false;
  }

  get isFrozen(): boolean {
    return this.#loop.isFrozen;
  }

  /**
   * Ends the host as if its power had failed: it sends nothing any more, answers nobody, calls no program, and its timers mean
   * nothing. There is no way back: another host takes its place, and its addresses.
   */
  stop(): void {
    this.#loop.stop();
    this.#parts.events.observer = null;
    const { timers } = this;
    for (const hosted of this.hosted()) timers.disarm(hosted);
  }

  get isStopped(): boolean {
    return this.#loop.isStopped;
  }

  /** Tells `observer` of each segment, state, timer and call from now on; `null` ends that. */
  observe(observer: StackObserver | null): void {
    if (observer !== null) checkFunction('observer', observer);
    this.#parts.events.observer = observer;
  }

  /**
   * Tells `observer` of the same, beside {@link Host.observe} and any number of others. Returns what ends that.
   *
   * @throws TypeError for what is no function
   */
  addObserver(observer: StackObserver): () => void {
    checkFunction('observer', observer);
    return this.#parts.events.add(observer);
  }

  /** Tells `subscriber` of the same, beside the observer, as long as it is active. It takes the place of a former one. */
  subscribe(subscriber: StackSubscriber): void {
    checkObject('subscriber', subscriber, 'a StackSubscriber');
    this.#parts.events.subscriber = subscriber;
  }

  /** Whether somebody observes; what only an observer needs is made only then. */
  get observed(): boolean {
    return this.#parts.events.active;
  }

  /** Tells the observer, if there is one. For the layers above, which know of calls. */
  emit(event: StackEvent): void {
    checkObject('event', event, 'a StackEvent');
    this.#parts.events.emit(event);
  }

  /**
   * Opens a connection. The SYN goes out after the calling code has returned.
   * `EADDRNOTAVAIL`: no port is left, or the four numbers are in use; `ENETUNREACH`: no route, or to nobody in particular;
   * `EINVAL`: an address of loopback would leave the host; `EAFNOSUPPORT`: bound to IPv4, and to IPv6.
   */
  connect(request: ConnectRequest): HostedConnection | OpenRefusal {
    checkRequest(request);
    const { now } = this;
    const hosted = this.#activeOpen.open(request, now);
    if (typeof hosted === 'string') return hosted;
    this.counters.connectionsOpened++;
    const { fastOpen = null } = request;
    const { connection } = hosted;
    const { localAddress, remoteAddress } = connection;
    connection.connect(
      now,
      fastOpen === null
        ? null
        : this.#parts.fastOpenClient.requestFor(localAddress, remoteAddress, fastOpen, now),
    );
    this.wake(hosted);
    return hosted;
  }

  /**
   * Starts to listen on a binding; SYNs are answered from now on. `backlog`: see {@link Host.changeBacklog}. `fastOpen`: what the
   * program has set of TCP Fast Open, and may change later; default: nothing.
   */
  listen(
    binding: Binding,
    backlog: number,
    settings: InheritedSettings,
    owner: ListenerOwner,
    fastOpen: FastOpenSettings = { limit: 0, withoutCookie: false, keys: null },
  ): Listener {
    checkBinding('binding', binding);
    checkInteger('backlog', backlog, -(2 ** 31), 2 ** 31 - 1);
    checkInherited('settings', settings);
    checkHas('owner', owner, ['onAcceptable'], 'a ListenerOwner');
    const listener = new Listener(binding, 0, settings, owner, fastOpen);
    this.changeBacklog(listener, backlog);
    if (fastOpen.limit === 0) fastOpen.limit = this.#parts.fastOpenServer.limitFor(listener.backlog);
    binding.listening = true;
    this.#parts.listeners.add(listener);
    return listener;
  }

  /**
   * How many connections may wait to be accepted: at most the profile's `maxBacklog`, and that many where `backlog` is negative,
   * as Linux takes the int for unsigned (__sys_listen).
   */
  changeBacklog(listener: Listener, backlog: number): void {
    checkListener(listener);
    checkInteger('backlog', backlog, -(2 ** 31), 2 ** 31 - 1);
    const { maxBacklog } = this.profile;
    listener.backlog = backlog < 0 ? maxBacklog : Math.min(backlog, maxBacklog);
  }

  /** The next connection that is ready, `null`: none. The caller becomes its owner. */
  accept(listener: Listener): HostedConnection | null {
    checkListener(listener);
    const hosted = listener.acceptQueue.shift() ?? null;
    if (hosted !== null) {
      hosted.listener = null;
      const { fastOpen } = hosted.connection;
      if (fastOpen?.side === 'passive') fastOpen.isAccepted = true;
      this.counters.connectionsAccepted++;
    }
    return hosted;
  }

  /**
   * Ends LISTEN: what nobody accepted is reset; half-open ones say nothing more and vanish with their timer
   * (docs/linux/closing.md, j01 to j04).
   */
  closeListener(listener: Listener): void {
    checkListener(listener);
    const { now } = this;
    this.#parts.listeners.remove(listener);
    listener.binding.listening = false;
    listener.owner = null;
    for (const hosted of listener.acceptQueue.splice(0)) {
      hosted.listener = null;
      hosted.connection.disown(now);
      hosted.connection.abort('listener closed', now);
      this.wake(hosted);
    }
    for (const hosted of listener.synQueue.takeAll()) {
      hosted.listener = null;
      hosted.standing = 'abandoned';
      hosted.connection.disown(now);
    }
  }

  /** The keys of Fast Open cookies, four words each: the second is that of cookies which are still taken (net.ipv4.tcp_fastopen_key). */
  get fastOpenKeys(): readonly Uint32Array[] {
    return this.#parts.fastOpenServer.keys;
  }

  /**
   * Takes others.
   *
   * @throws TypeError or RangeError for what are not one or two keys
   */
  set fastOpenKeys(keys: readonly Uint32Array[]) {
    this.#parts.fastOpenServer.keys = keys;
  }

  /** Whether a program may open connections with TCP Fast Open. */
  get allowsFastOpen(): boolean {
    return this.#parts.fastOpenClient.isAllowed;
  }

  /** Forgets the Fast Open cookies of servers (`ip tcp_metrics flush`). */
  forgetFastOpenCookies(): void {
    this.#parts.fastOpenClient.forget();
  }

  /** A port that nobody holds, by the profile's range; 0: none. */
  freePort(address: IpAddress): number {
    checkAddress('address', address);
    return this.#activeOpen.freePort(address);
  }

  /** After any call on a connection: lets it send, tell its owner, and set its timer. */
  wake(hosted: HostedConnection): void {
    checkHosted(hosted);
    this.#loop.wake(hosted);
  }

  /**
   * Has `caller` take a step, and others as long as it says that there is more, once everything that is due has been done;
   * see {@link Caller}.
   */
  call(caller: Caller): void {
    checkCaller(caller);
    this.#loop.call(caller);
  }

  /**
   * To be called after each call into a program that a {@link ConnectionOwner} makes: lets what the program has queued
   * (ticks, microtasks) run. Returns whether more may be done in this turn; else {@link Host.call} asks for another.
   */
  settle(): boolean {
    return this.#loop.settle();
  }

  /** The owner of a connection wants to be told of its end, also where only a record of it is left. */
  watch(hosted: HostedConnection): void {
    checkHosted(hosted);
    this.#parts.finWait2.watch(hosted);
  }

  /** ABORT (RFC 9293, 3.10.5), also of a connection of which only a record is left. */
  abort(hosted: HostedConnection, reason: EndReason): void {
    checkHosted(hosted);
    const { now } = this;
    if (hosted.registered) hosted.connection.abort(reason, now);
    else this.#parts.finWait2.abort(hosted, reason, now);
    this.wake(hosted);
  }

  /**
   * All that the host holds, as `ss -tano` shows it: listeners, connections with orphans among them, and TIME-WAIT. A copy;
   * making it takes time in proportion to what is there.
   *
   * @example
   * console.log(formatDump(host.connections()));
   */
  connections(): DumpedConnection[] {
    return dumpConnections(this);
  }

  /** Connections of which there is more than a record. */
  hosted(): Iterable<HostedConnection> {
    return this.#parts.connections.values();
  }

  listeners(): Iterable<Listener> {
    return this.#parts.listeners.values();
  }

  /** What is left of connections in TIME-WAIT, and of orphans in FIN-WAIT-2. */
  records(): Iterable<RecordEntry> {
    return this.#parts.records.values();
  }

  /** Connections that no program holds and that still have something to bring over; see `maxOrphans` of the profile. */
  get orphanCount(): number {
    return this.#service.orphans;
  }

  /** How many of the records are in TIME-WAIT. */
  get timeWaitCount(): number {
    return this.#parts.records.timeWaits;
  }

  readonly #onTimer = (now: number, timer: Timer): void => {
    if (!(timer instanceof HostedConnection)) return;
    this.#service.tick(timer, now);
    this.wake(timer);
  };

  #attach(device: PacketDevice): void {
    const parts = this.#parts;
    device.attach(
      (packet) => {
        if (parts.backlog.enter(parts.profile.maxInputBacklog)) this.#loop.receive(packet, device);
        else parts.drops.drop(packet, 'input-backlog-full', this.now);
      },
      parts.reassembler,
      parts.icmpErrors,
    );
  }
}
