import { decodePacket, encodePacket, Flag } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { type FrameDevice, Host, WireDevice } from '../src/index.ts';
import { OWN, PEER, SETTINGS } from './bench.ts';

class Frames implements FrameDevice {
  readonly name = 'frames';
  readonly mtu: number;
  readonly sent: Uint8Array[] = [];
  receive: (frame: Uint8Array) => void = () => undefined;

  constructor(mtu = 1500) {
    this.mtu = mtu;
  }

  send(frame: Uint8Array): void {
    this.sent.push(frame);
  }

  onFrame(receive: (frame: Uint8Array) => void): void {
    this.receive = receive;
  }
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
});
