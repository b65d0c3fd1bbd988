import { decodePacket, encodePacket, Flag, Segment } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { type FrameDevice, type FrameOffload, Host, WireDevice } from '../../src/index.ts';
import { OWN, PEER, SETTINGS } from '../bench.ts';

class Frames implements FrameDevice {
  readonly name = 'frames';
  readonly mtu: number;
  readonly sent: Uint8Array[] = [];
  receive: (frame: Uint8Array, isVerified?: boolean) => void = () => undefined;

  constructor(mtu = 1500) {
    this.mtu = mtu;
  }

  send(frame: Uint8Array): void {
    this.sent.push(frame);
  }

  onFrame(receive: (frame: Uint8Array, isVerified?: boolean) => void): void {
    this.receive = receive;
  }
}

/** Keeps segments as a card with offloads is given them. */
class OffloadingFrames extends Frames {
  readonly segments: { head: Uint8Array; payload: Uint8Array; gsoSize: number }[] = [];
  readonly offload: FrameOffload = {
    headroom: 10,
    segmentOctets: 65_000,
    sendSegment: (head, headLength, payload, gsoSize) => {
      this.segments.push({ head: head.slice(10, headLength), payload, gsoSize });
    },
  };
}

function hostOver(frames: Frames): { clock: VirtualClock; host: Host; wire: WireDevice } {
  const clock = new VirtualClock();
  const host = new Host({ timers: clock, secret: Uint32Array.of(1, 2, 3, 4) });
  const wire = new WireDevice(frames);
  host.addInterface(wire, [{ address: OWN, prefixLength: 24 }]);
  return { clock, host, wire };
}

describe('wire device', () => {
  it('sends frames that decode, with checksums', () => {
    const frames = new Frames();
    const { clock, host } = hostOver(frames);
    host.connect({
      remoteAddress: PEER,
      remotePort: 80,
      binding: null,
      localAddress: null,
      settings: SETTINGS,
    });
    clock.runTasks();
    const packet = decodePacket(frames.sent[0] ?? new Uint8Array());
    if (typeof packet === 'string' || packet.kind !== 'tcp') throw new Error('no TCP packet');
    expect([packet.segment.flags, packet.segment.maximumSegmentSize, packet.segment.destinationPort]).toEqual(
      [Flag.SYN, 1460, 80],
    );
  });

  it('connects two hosts through octets alone', () => {
    const [a, b] = [new Frames(), new Frames()];
    const left = hostOver(a);
    left.host.connect({
      remoteAddress: PEER,
      remotePort: 80,
      binding: null,
      localAddress: null,
      settings: SETTINGS,
    });
    left.clock.runTasks();
    const host = new Host({ timers: left.clock, secret: Uint32Array.of(5, 6, 7, 8) });
    host.addInterface(new WireDevice(b), [{ address: PEER, prefixLength: 24 }]);
    for (const frame of a.sent.splice(0)) b.receive(frame);
    left.clock.runTasks();
    for (const frame of b.sent.splice(0)) a.receive(frame);
    left.clock.runTasks();
    expect([[...left.host.hosted()].length, host.counters.resetsSent]).toEqual([0, 1]);
  });

  it('counts frames that are no packets, by reason', () => {
    const frames = new Frames();
    const { wire, host } = hostOver(frames);
    const segmentless = Uint8Array.of(0x45, 0, 0);
    frames.receive(new Uint8Array());
    frames.receive(segmentless);
    frames.receive(segmentless);
    expect([wire.dropped, host.counters.packetsReceived]).toEqual([
      { 'frame-empty': 1, 'ipv4-header-truncated': 2 },
      0,
    ]);
  });

  it('drops a frame whose checksum is wrong', () => {
    const frames = new Frames();
    const { clock, host, wire } = hostOver(frames);
    host.connect({
      remoteAddress: PEER,
      remotePort: 80,
      binding: null,
      localAddress: null,
      settings: SETTINGS,
    });
    clock.runTasks();
    const packet = decodePacket(frames.sent[0] ?? new Uint8Array());
    if (typeof packet === 'string' || packet.kind !== 'tcp') throw new Error('no TCP packet');
    const frame = encodePacket({ ...packet, source: PEER, destination: OWN });
    frame[frame.length - 1]! ^= 1;
    frames.receive(frame);
    expect(wire.dropped).toEqual({ 'tcp-checksum': 1 });
  });

  it('refuses an MTU below that of IPv4', () => {
    expect(() => new WireDevice(new Frames(67))).toThrow(RangeError);
  });

  it('believes a device that vouches for a checksum', () => {
    const frames = new Frames();
    const { clock, wire, host } = hostOver(frames);
    const segment = Object.assign(new Segment(), { sourcePort: 1, destinationPort: 2, flags: Flag.ACK });
    const packet = { kind: 'tcp', source: PEER, destination: OWN, hopLimit: 64, dscp: 0, segment } as const;
    const frame = encodePacket(packet, { checksum: false });
    frames.receive(frame.slice(), false);
    frames.receive(frame, true);
    clock.runTasks();
    expect([wire.dropped, host.counters.packetsReceived]).toEqual([{ 'tcp-checksum': 1 }, 1]);
  });

  it('gives a device with offloads headers and payload in two pieces, what is no TCP in one', () => {
    const frames = new OffloadingFrames();
    const wire = new WireDevice(frames);
    expect(wire.offload).toEqual({ checksum: false, segmentOctets: 65_000 });
    const payload = new Uint8Array(5000);
    const fields = { sourcePort: 1, destinationPort: 2, flags: Flag.ACK, payload, gsoSize: 1448 };
    const addresses = { source: OWN, destination: PEER, hopLimit: 64, dscp: 0 };
    const packet = { kind: 'tcp', ...addresses, segment: Object.assign(new Segment(), fields) } as const;
    wire.transmit(packet);
    const headers = encodePacket(packet, { checksum: false }).subarray(0, 40);
    expect(frames.segments).toEqual([{ head: headers, payload, gsoSize: 1448 }]);
    expect(frames.sent).toEqual([]);
    const message = { type: 8, code: 0, parameter: 0, quoted: null, body: new Uint8Array(0) };
    wire.transmit({ kind: 'icmp', ...addresses, message });
    expect(frames.sent).toHaveLength(1);
  });

  it.each([
    ['headroom', -1],
    ['segmentOctets', 65_536],
    ['sendSegment', null],
  ])('refuses an offload with a %s that is none', (name, value) => {
    const frames = new OffloadingFrames();
    Object.assign(frames.offload, { [name]: value });
    expect(() => new WireDevice(frames)).toThrow(/^frames\.offload/);
  });
});
