import { describe, expect, it } from 'vitest';
import { decodeFrame, linkTypeName } from '../src/index.ts';
import { ipPacket, payloadsOf, pcap, read, Writer } from './files.ts';

const IPV4 = 0x0800;
const IPV6 = 0x86dd;

function ethernet(...types: number[]): Uint8Array {
  const [first = 0, ...tags] = types;
  const header = new Writer('big').u8(...new Array<number>(12).fill(1)).u16(first);
  for (const type of tags) header.u16(7, type);
  return header.done();
}

function sll(type: number): Uint8Array {
  return new Writer('big').u16(0, 1, 6).u8(1, 2, 3, 4, 5, 6, 0, 0).u16(type).done();
}

function sll2(type: number): Uint8Array {
  return new Writer('big').u16(type, 0).u32(1).u16(1).u8(0, 6, 1, 2, 3, 4, 5, 6, 0, 0).done();
}

const HEADERS: [name: string, linkType: number, header: Uint8Array, version: 4 | 6][] = [
  ['Ethernet', 1, ethernet(IPV4), 4],
  ['Ethernet with IPv6', 1, ethernet(IPV6), 6],
  ['Ethernet with a VLAN tag', 1, ethernet(0x8100, IPV4), 4],
  ['Ethernet with two VLAN tags', 1, ethernet(0x88a8, 0x8100, IPV6), 6],
  ['Ethernet with PPPoE', 1, new Writer('big').bytes(ethernet(0x8864)).u16(0x1100, 1, 50, 0x21).done(), 4],
  ['Ethernet with MPLS', 1, new Writer('big').bytes(ethernet(0x8847)).u32(0x1000, 0x1100).done(), 4],
  ['Linux cooked v1', 113, sll(IPV4), 4],
  ['Linux cooked v1 with a VLAN tag', 113, new Writer('big').bytes(sll(0x8100)).u16(7, IPV4).done(), 4],
  ['Linux cooked v2', 276, sll2(IPV6), 6],
  ['NULL, little-endian', 0, Uint8Array.of(2, 0, 0, 0), 4],
  ['NULL, big-endian', 0, Uint8Array.of(0, 0, 0, 2), 4],
  ['NULL with IPv6 of macOS', 0, Uint8Array.of(30, 0, 0, 0), 6],
  ['LOOP', 108, Uint8Array.of(0, 0, 0, 24), 6],
  ['raw IP', 101, new Uint8Array(0), 4],
  ['raw IP of BSD', 12, new Uint8Array(0), 6],
  ['IPv4', 228, new Uint8Array(0), 4],
  ['IPv6', 229, new Uint8Array(0), 6],
  ['PPP', 9, Uint8Array.of(0xff, 3, 0, 0x21), 4],
  ['PPP, compressed', 9, Uint8Array.of(0x57), 6],
];

async function payloads(bytes: Uint8Array, linkType: number, originalLength = bytes.length) {
  const { frames } = await read(pcap([{ seconds: 0, fraction: 0, bytes, originalLength }], { linkType }));
  return payloadsOf(frames);
}

describe.each(HEADERS)('%s', (_, linkType, header, version) => {
  const bytes = new Writer('big').bytes(header).bytes(ipPacket(300, version)).done();

  it('is read', async () => {
    expect(await payloads(bytes, linkType)).toEqual([300]);
  });

  it('is read where the capture cut it, down to the ports and numbers of its segment', async () => {
    const ip = version === 4 ? 20 : 40;
    for (let kept = header.length + ip + 20; kept < bytes.length; kept++)
      expect(await payloads(bytes.subarray(0, kept), linkType, bytes.length)).toEqual([300]);
    for (let kept = 0; kept < header.length + ip + 20; kept++) {
      const [reason] = await payloads(bytes.subarray(0, kept), linkType, bytes.length);
      expect(reason).toMatch(/truncated/);
    }
  });
});

it('leaves the padding of a short Ethernet frame out', async () => {
  const padded = new Writer('big').bytes(ethernet(IPV4)).bytes(ipPacket(1)).u8(0, 0, 0, 0, 0, 0).done();
  expect(await payloads(padded, 1)).toEqual([1]);
});

it('takes the length of the frame where the card was to cut the packet', async () => {
  for (const [version, at] of [
    [4, 2],
    [6, 4],
  ] as const) {
    const ip = ipPacket(5000, version);
    ip[at] = 0;
    ip[at + 1] = 0;
    expect(await payloads(ip, 101)).toEqual([5000]);
  }
});

it('changes nothing of the frame', async () => {
  const ip = Buffer.from(ipPacket(300)).subarray(0, 45);
  const before = Buffer.from(ip);
  expect(await payloads(ip, 101, 352)).toEqual([300]);
  const { frames } = await read(
    pcap([{ seconds: 0, fraction: 0, bytes: ip, originalLength: 352 }], { linkType: 101 }),
  );
  // As a file's chunks are: Buffers, whose slice() is a view.
  const [frame] = frames.map((each) => ({ ...each, bytes: ip }));
  if (frame !== undefined) decodeFrame(frame);
  expect(ip).toEqual(before);
});

it('says why a frame is none of TCP', async () => {
  expect(await payloads(ethernet(0x0806, 0, 0, 0), 1)).toEqual(['not-ip']);
  expect(await payloads(Uint8Array.of(1, 2, 3), 1)).toEqual(['link-truncated']);
  expect(await payloads(ipPacket(0), 147)).toEqual(['link-type']);
  const udp = ipPacket(0);
  udp[9] = 17;
  expect(await payloads(udp, 101)).toEqual(['unknown-protocol']);
  expect(linkTypeName(127)).toBe('link type 127 (IEEE 802.11 with radiotap)');
  expect(linkTypeName(999)).toBe('link type 999');
});

it('never throws, whatever the bytes', async () => {
  let seed = 12_345;
  const random = () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) >>> 16;
  for (let round = 0; round < 3000; round++) {
    const [, linkType, header, version] = HEADERS[round % HEADERS.length] ??
      HEADERS[0] ?? ['', 0, new Uint8Array(0), 4];
    const bytes = new Writer('big').bytes(header).bytes(ipPacket(20, version)).done();
    for (let i = 0; i < 3; i++) bytes[random() % bytes.length] = random() & 0xff;
    const [result] = await payloads(bytes.subarray(0, random() % (bytes.length + 1)), linkType, bytes.length);
    expect(typeof result).toMatch(/number|string/);
  }
});
