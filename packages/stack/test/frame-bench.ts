import { decodePacket, encodePacket, type IcmpMessage } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import { FragmentReassembler } from '../src/input/fragment-reassembler.ts';
import { type FrameDevice, Host, HostCounters, type Profile, profile, WireDevice } from '../src/index.ts';
import { OWN, OWN6, PEER } from './bench.ts';

/** A host at 10.0.0.1 and fd00::1 behind a device of frames whose other end is the test. */
export class FrameBench implements FrameDevice {
  readonly name = 'frames';
  readonly mtu: number;
  readonly clock = new VirtualClock();
  readonly host: Host;
  readonly wire: WireDevice;
  readonly #sent: Uint8Array[] = [];
  #receive: (frame: Uint8Array, isVerified?: boolean) => void = () => undefined;

  constructor(changes: Partial<Profile> = {}, mtu = 1500) {
    this.mtu = mtu;
    const secret = Uint32Array.of(1, 2, 3, 4);
    this.host = new Host({ timers: this.clock, secret, profile: profile(changes) });
    this.wire = new WireDevice(this);
    this.host.addInterface(this.wire, [
      { address: OWN, prefixLength: 24 },
      { address: OWN6, prefixLength: 64 },
    ]);
  }

  send(frame: Uint8Array): void {
    this.#sent.push(frame);
  }

  onFrame(receive: (frame: Uint8Array, isVerified?: boolean) => void): void {
    this.#receive = receive;
  }

  /** Frames that the host gets, one after the other. */
  receive(...frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.#receive(frame);
    this.clock.runTasks();
  }

  /** A frame that the device vouches for. */
  receiveVerified(frame: Uint8Array): void {
    this.#receive(frame, true);
    this.clock.runTasks();
  }

  /** Frames that the host has sent since the last call. */
  sent(): Uint8Array[] {
    return this.#sent.splice(0);
  }
}

/** Bytes that differ from their neighbours at every distance below 251. */
export function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) % 251);
}

/** An echo request from the peer to the host, or between others. */
export function echoFrame(
  data: Uint8Array,
  { from = PEER, to = OWN, parameter = 0x0012_0034, code = 0, dscp = 0 } = {},
): Uint8Array {
  const message: IcmpMessage = { type: from.isIPv4 ? 8 : 128, code, parameter, quoted: null, body: data };
  return encodePacket({ kind: 'icmp', source: from, destination: to, hopLimit: 9, dscp, message });
}

/** What a fragment is to have beside its bytes. */
export interface FragmentFields {
  readonly id?: number;
  /** Whether others follow; default: whether bytes of the frame do. */
  readonly more?: boolean;
  readonly ecn?: number;
  readonly dontFragment?: boolean;
}

/**
 * The fragment of `frame`, which has no IP options or extension headers, with its payload from `start` to `end`; written
 * apart from the code that is tested.
 */
export function fragmentOf(
  frame: Uint8Array,
  start: number,
  end: number,
  { id = 77, more, ecn = 0, dontFragment = false }: FragmentFields = {},
): Uint8Array {
  const isIPv4 = (frame[0] ?? 0) >> 4 === 4;
  const header = isIPv4 ? 20 : 40;
  const room = isIPv4 ? 20 : 48;
  const payload = frame.subarray(header + start, header + end);
  const hasMore = more ?? header + end < frame.length;
  const fragment = new Uint8Array(room + payload.length);
  fragment.set(frame.subarray(0, header));
  fragment.set(payload, room);
  const view = new DataView(fragment.buffer);
  if (isIPv4) {
    fragment[1] = (fragment[1] ?? 0) | ecn;
    view.setUint16(2, fragment.length);
    view.setUint16(4, id);
    view.setUint16(6, (start >> 3) | (hasMore ? 0x2000 : 0) | (dontFragment ? 0x4000 : 0));
    fixChecksum(fragment);
  } else {
    fragment[1] = (fragment[1] ?? 0) | (ecn << 4);
    view.setUint16(4, fragment.length - 40);
    fragment[6] = 44;
    fragment[40] = frame[6] ?? 0;
    view.setUint16(42, start | (hasMore ? 1 : 0));
    view.setUint32(44, id);
  }
  return fragment;
}

/** The fragments of `frame` cut at these places of its payload, in order. */
export function fragmentsOf(
  frame: Uint8Array,
  cuts: readonly number[],
  fields: FragmentFields = {},
): Uint8Array[] {
  const header = (frame[0] ?? 0) >> 4 === 4 ? 20 : 40;
  const places = [0, ...cuts, frame.length - header];
  return places.slice(1).map((end, i) => fragmentOf(frame, places[i] ?? 0, end, fields));
}

/** Takes fragments between any addresses. */
export function anyReassembler(
  changes: Partial<Profile> = {},
  timers = new VirtualClock(),
  counters = new HostCounters(),
): FragmentReassembler {
  const routes = { refusalOf: () => null };
  return new FragmentReassembler({
    timers,
    counters,
    routes,
    icmpErrors: { timedOut: () => undefined },
    profile: profile(changes),
  });
}

/** Data of the echo replies that the host has sent since the last call. */
export function echoes(bench: FrameBench): (Uint8Array | string)[] {
  return bench.sent().map((frame) => {
    const packet = decodePacket(frame);
    return typeof packet !== 'string' && packet.kind === 'icmp' ? packet.message.body : 'no echo';
  });
}

/** How many packets of a host are incomplete, and what they take in bytes. */
export function holds(bench: FrameBench): [number, number] {
  const { incomplete, memory } = bench.host.fragments;
  return [incomplete, memory];
}

/** Writes the checksum of an IPv4 header anew. */
export function fixChecksum(frame: Uint8Array): void {
  const first = frame[0] ?? 0;
  if (first >> 4 !== 4) return;
  const view = new DataView(frame.buffer);
  view.setUint16(10, 0);
  let sum = 0;
  for (let at = 0; at < (first & 15) * 4; at += 2) sum += view.getUint16(at);
  sum = (sum & 0xffff) + (sum >> 16);
  view.setUint16(10, ~((sum & 0xffff) + (sum >> 16)));
}
