import { decodePacket, Flag, Segment, type TcpPacket } from '@halfclose/codec';
import { expect, it } from 'vitest';
import { cutPacket } from '../../src/devices/cut-packet.ts';
import { type FrameDevice, type FrameOffload, WireDevice } from '../../src/index.ts';
import { OWN, PEER } from '../bench.ts';

function large(flags: number, changes: Partial<TcpPacket> = {}): TcpPacket {
  const segment = Object.assign(new Segment(), {
    sourcePort: 1,
    destinationPort: 2,
    seq: -1500,
    flags: Flag.ACK | flags,
    hasTimestamps: true,
    timestampValue: 7,
    payload: Uint8Array.from({ length: 2500 }, (_, i) => i & 255),
    gsoSize: 1000,
  });
  return { kind: 'tcp', source: OWN, destination: PEER, hopLimit: 64, dscp: 3, segment, ...changes };
}

it('cuts a segment as a device does: the end on the last part, CWR on the first', () => {
  const packet = large(Flag.PSH | Flag.FIN | Flag.CWR | Flag.ECE, { identification: 0xffff });
  const parts = cutPacket(packet);
  expect(parts.map(({ segment: { seq, payload, flags } }) => [seq, payload.length, flags])).toEqual([
    [-1500, 1000, Flag.ACK | Flag.CWR | Flag.ECE],
    [-500, 1000, Flag.ACK | Flag.ECE],
    [500, 500, Flag.ACK | Flag.ECE | Flag.PSH | Flag.FIN],
  ]);
  expect(parts.map(({ identification }) => identification)).toEqual([0xffff, 0, 1]);
  expect(
    parts.every(({ dscp, segment }) => dscp === 3 && segment.timestampValue === 7 && segment.gsoSize === 0),
  ).toBe(true);
  expect(Buffer.concat(parts.map(({ segment }) => segment.payload)).equals(packet.segment.payload)).toBe(
    true,
  );
});

it('leaves alone what is one segment', () => {
  const packet = large(0);
  packet.segment.gsoSize = 0;
  expect(cutPacket(packet)).toEqual([packet]);
  packet.segment.gsoSize = 2500;
  expect(cutPacket(packet)).toEqual([packet]);
});

it('is what a wire device does where its device cannot', () => {
  const sent: Uint8Array[] = [];
  const offload: FrameOffload = {
    headroom: 4,
    segmentOctets: 60_000,
    sendSegment: (head, headLength, payload, gsoSize) => {
      if (gsoSize > 0 && payload.length > gsoSize) return false;
      sent.push(Buffer.concat([head.subarray(4, headLength), payload]));
      return true;
    },
  };
  const frames: FrameDevice = {
    name: 'card',
    mtu: 1500,
    offload,
    send: () => undefined,
    onFrame: () => undefined,
  };
  new WireDevice(frames).transmit(large(Flag.FIN));
  // The device was to compute the checksums.
  const decoded = sent.map((frame) => decodePacket(frame, { verifyChecksums: false }));
  expect(
    decoded.map(
      (packet) =>
        typeof packet !== 'string' &&
        packet.kind === 'tcp' && [packet.segment.seq, packet.segment.payload.length],
    ),
  ).toEqual([
    [-1500, 1000],
    [-500, 1000],
    [500, 500],
  ]);
});
