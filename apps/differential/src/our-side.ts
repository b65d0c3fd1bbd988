import { ANY_IPV4, ANY_IPV6, decodePacket, encodePacket, type Packet } from '@halfclose/codec';
import { AF_INET, AF_INET6, Errno, TcpSocket } from '@halfclose/sockets';
import { cutPacket, Host, type PacketDevice, type Profile } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { type Endpoints, PREFIX_LENGTH } from './endpoints.ts';
import type { OptionName } from './scenario.ts';
import { type Closing, POLL_EVENTS, type Side } from './side.ts';

const SECRET = Uint32Array.of(0x73696465, 0x62797369, 0x64650a0a, 1);
/** Where the virtual clock stands at first: no timestamp is near zero. */
const EPOCH = 1_000_000;
const MTU = 1500;
const LARGEST_SEGMENT = 65_535;
/** poll(2) tells of these whether they are asked for or not. */
const ALWAYS = 0x38;

/** A host of ours in virtual time, with one scenario on it. */
export class OurSide implements Side {
  readonly #clock = new VirtualClock(EPOCH);
  readonly #host: Host;
  readonly #endpoints: Endpoints;
  readonly #sockets = new Map<number, TcpSocket>();
  #next = 0;
  #deliver: (packet: Packet) => void = () => undefined;

  /** `onFrame` is told of what the host sends. */
  constructor(endpoints: Endpoints, profile: Profile, onFrame: (frame: Uint8Array, at: number) => void) {
    this.#endpoints = endpoints;
    this.#host = new Host({ timers: this.#clock, secret: SECRET, name: 'ours', profile });
    // As the kernel does for a device without offload: segments are large until they leave (Linux's GSO).
    const device: PacketDevice = {
      name: 'tun0',
      mtu: MTU,
      offload: { checksum: false, segmentOctets: LARGEST_SEGMENT },
      transmit: (packet) => {
        const pieces = packet.kind === 'tcp' ? cutPacket(packet) : [packet];
        for (const piece of pieces) onFrame(encodePacket(piece), this.#clock.now());
      },
      attach: (receive) => {
        this.#deliver = receive;
      },
    };
    const { family, local } = endpoints;
    this.#host.addInterface(device, [{ address: local, prefixLength: PREFIX_LENGTH[family] }]);
    this.#host.addRoute(family === 4 ? ANY_IPV4 : ANY_IPV6, 0, device, local);
  }

  now(): number {
    return this.#clock.now();
  }

  /** Everything that is due until `at` happens. */
  advanceTo(at: number): void {
    const clock = this.#clock;
    clock.runTasks();
    while (clock.nextDeadline <= at) clock.step();
    if (at > clock.now()) clock.advanceTo(at);
    clock.runTasks();
  }

  socket(): number {
    return this.#opened(new TcpSocket(this.#host, this.#endpoints.family === 4 ? AF_INET : AF_INET6));
  }

  bind(descriptor: number): number {
    const { local, localPort } = this.#endpoints;
    return this.#done(this.#at(descriptor)?.bind(local, localPort));
  }

  listen(descriptor: number, backlog: number): number {
    return this.#done(this.#at(descriptor)?.listen(backlog));
  }

  accept(descriptor: number): number {
    const accepted = this.#at(descriptor)?.accept() ?? -Errno.EBADF;
    return typeof accepted === 'number' ? accepted : this.#opened(accepted);
  }

  connect(descriptor: number): number {
    const { peer, peerPort } = this.#endpoints;
    return this.#done(this.#at(descriptor)?.connect(peer, peerPort));
  }

  disconnect(descriptor: number): number {
    return this.#done(this.#at(descriptor)?.disconnect());
  }

  send(descriptor: number, bytes: Uint8Array, flags: number): number {
    return this.#done(this.#at(descriptor)?.send(bytes, flags));
  }

  recv(descriptor: number, target: Uint8Array, flags: number): number {
    return this.#done(this.#at(descriptor)?.recv(target, flags));
  }

  shutdown(descriptor: number, how: number): number {
    return this.#done(this.#at(descriptor)?.shutdown(how));
  }

  close(descriptor: number): Closing {
    let at: number | null = null;
    this.#at(descriptor)?.close(() => (at = this.#clock.now()));
    this.#sockets.delete(descriptor);
    this.#clock.runTasks();
    return () => at;
  }

  setOption(descriptor: number, option: OptionName, value: number, onoff: number): number {
    const socket = this.#at(descriptor);
    if (option === 'SO_ERROR') return -Errno.ENOPROTOOPT;
    return this.#done(
      option === 'SO_LINGER'
        ? socket?.setsockopt('SO_LINGER', { onoff, linger: value })
        : socket?.setsockopt(option, value),
    );
  }

  option(descriptor: number, option: OptionName): number {
    const socket = this.#at(descriptor);
    if (option !== 'SO_LINGER') return this.#done(socket?.getsockopt(option));
    const linger = socket?.getsockopt('SO_LINGER') ?? -Errno.EBADF;
    return typeof linger === 'number' ? linger : linger.linger * 2 + linger.onoff;
  }

  poll(descriptor: number): number {
    const socket = this.#at(descriptor);
    return socket === undefined ? 0x20 : socket.poll() & (POLL_EVENTS | ALWAYS);
  }

  info(descriptor: number): Readonly<Record<string, number>> | null {
    const info = this.#at(descriptor)?.getsockopt('TCP_INFO') ?? -Errno.EBADF;
    return typeof info === 'number' ? null : { ...info };
  }

  queues(descriptor: number): readonly [number, number, number] {
    const socket = this.#at(descriptor);
    return [socket?.readable ?? 0, socket?.unacknowledged ?? 0, socket?.atMark ?? 0];
  }

  state(): string {
    const { peer, peerPort } = this.#endpoints;
    const row = this.#host
      .connections()
      .find(({ remote }) => remote?.port === peerPort && remote.address === peer.toString());
    return row?.state ?? 'CLOSED';
  }

  inject(frame: Uint8Array): void {
    const packet = decodePacket(frame);
    if (typeof packet === 'string') throw new Error(`the peer's frame is none: ${packet}`);
    this.#deliver(packet);
    this.#clock.runTasks();
  }

  #at(descriptor: number): TcpSocket | undefined {
    return this.#sockets.get(descriptor);
  }

  #opened(socket: TcpSocket): number {
    const descriptor = this.#next++;
    this.#sockets.set(descriptor, socket);
    return descriptor;
  }

  #done(result: number | undefined): number {
    this.#clock.runTasks();
    return result ?? -Errno.EBADF;
  }
}
