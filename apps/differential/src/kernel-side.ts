import { writeIpAddress } from '@halfclose/codec';
import { AF_INET, AF_INET6 } from '@halfclose/sockets';
import { OPTIONS, STATES } from './constants.ts';
import type { Endpoints } from './endpoints.ts';
import type { OptionName } from './scenario.ts';
import { type Closing, POLL_EVENTS, type Side } from './side.ts';
import type { SockDiag } from './sock-diag.ts';
import type { SystemCalls } from './system-calls.ts';
import { readTcpInfo } from './tcp-info.ts';

const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const SIOCINQ = 0x541b;
const SIOCOUTQ = 0x5411;
const SIOCATMARK = 0x8905;
const INT = 4;

/** One scenario's view of the kernel that this process runs on. */
export class KernelSide implements Side {
  readonly #calls: SystemCalls;
  readonly #diag: SockDiag;
  readonly #device: number;
  readonly #endpoints: Endpoints;
  readonly #open = new Set<number>();
  readonly #info = new Uint8Array(512);

  constructor(calls: SystemCalls, diag: SockDiag, device: number, endpoints: Endpoints) {
    this.#calls = calls;
    this.#diag = diag;
    this.#device = device;
    this.#endpoints = endpoints;
  }

  now(): number {
    return this.#calls.now();
  }

  socket(): number {
    return this.#opened(
      this.#calls.socket(this.#endpoints.family === 4 ? AF_INET : AF_INET6, SOCK_STREAM, IPPROTO_TCP),
    );
  }

  bind(descriptor: number): number {
    const { local, localPort } = this.#endpoints;
    return this.#calls.bind(descriptor, this.#socketAddress(local, localPort));
  }

  listen(descriptor: number, backlog: number): number {
    return this.#calls.listen(descriptor, backlog);
  }

  accept(descriptor: number): number {
    return this.#opened(this.#calls.accept(descriptor));
  }

  connect(descriptor: number): number {
    const { peer, peerPort } = this.#endpoints;
    return this.#calls.connect(descriptor, this.#socketAddress(peer, peerPort));
  }

  disconnect(descriptor: number): number {
    return this.#calls.connect(descriptor, new Uint8Array(16));
  }

  send(descriptor: number, bytes: Uint8Array, flags: number): number {
    return this.#calls.send(descriptor, bytes, flags);
  }

  recv(descriptor: number, target: Uint8Array, flags: number): number {
    return this.#calls.recv(descriptor, target, flags);
  }

  shutdown(descriptor: number, how: number): number {
    return this.#calls.shutdown(descriptor, how);
  }

  close(descriptor: number, lingers: boolean): Closing {
    this.#open.delete(descriptor);
    const calls = this.#calls;
    if (!lingers) {
      const result = calls.close(descriptor);
      if (result < 0) throw new Error(`close(${descriptor}) = ${result}`);
      const at = calls.now();
      return () => at;
    }
    const handle = calls.closeLingering(descriptor);
    if (typeof handle === 'number') throw new Error(`no thread for a close() that waits: ${handle}`);
    return () => calls.lingeringResult(handle) ?? null;
  }

  setOption(descriptor: number, option: OptionName, value: number, onoff: number): number {
    const [level, name] = OPTIONS[option];
    return this.#calls.setsockopt(
      descriptor,
      level,
      name,
      option === 'SO_LINGER' ? ints(onoff, value) : ints(value),
    );
  }

  option(descriptor: number, option: OptionName): number {
    const [level, name] = OPTIONS[option];
    const value = new Uint8Array(2 * INT);
    const length = this.#calls.getsockopt(descriptor, level, name, value);
    if (length < 0) return length;
    const view = new DataView(value.buffer);
    const first = view.getInt32(0, true);
    return option === 'SO_LINGER' ? view.getInt32(INT, true) * 2 + first : first;
  }

  poll(descriptor: number): number {
    return this.#calls.poll(descriptor, POLL_EVENTS, 0);
  }

  info(descriptor: number): Readonly<Record<string, number>> | null {
    const length = this.#calls.getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, this.#info);
    return length < 0 ? null : readTcpInfo(this.#info.subarray(0, length));
  }

  queues(descriptor: number): readonly [number, number, number] {
    const calls = this.#calls;
    return [
      calls.ioctl(descriptor, SIOCINQ),
      calls.ioctl(descriptor, SIOCOUTQ),
      calls.ioctl(descriptor, SIOCATMARK),
    ];
  }

  state(): string {
    return STATES[this.#diag.stateOf(this.#endpoints)] ?? '';
  }

  inject(frame: Uint8Array): void {
    const result = this.#calls.write(this.#device, frame);
    if (result < 0) throw new Error(`the device takes no frame of ${frame.length} bytes: errno ${-result}`);
  }

  /** Closes what is open still, and has the kernel forget it. */
  end(): void {
    for (const descriptor of this.#open) {
      this.setOption(descriptor, 'SO_LINGER', 0, 1);
      this.#calls.close(descriptor);
    }
    this.#open.clear();
    this.#diag.destroy(this.#endpoints);
  }

  #opened(descriptor: number): number {
    if (descriptor >= 0) this.#open.add(descriptor);
    return descriptor;
  }

  #socketAddress(address: Endpoints['local'], port: number): Uint8Array {
    const isIPv4 = this.#endpoints.family === 4;
    const bytes = new Uint8Array(isIPv4 ? 16 : 28);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, isIPv4 ? AF_INET : AF_INET6, true);
    view.setUint16(2, port);
    writeIpAddress(address, bytes, isIPv4 ? 4 : 8);
    return bytes;
  }
}

function ints(...values: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}
