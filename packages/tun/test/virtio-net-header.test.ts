import { expect, test } from 'vitest';
import { isVerified, VIRTIO_NET_HEADER, writeTcpOffload } from '../src/virtio-net-header.ts';

const SEGMENT = { isIPv4: true, ipHeaderLength: 20, headersLength: 52, gsoSize: 0, hasCwr: false };

function written(changes: Partial<typeof SEGMENT>): number[] {
  const target = new Uint8Array(VIRTIO_NET_HEADER + 2);
  writeTcpOffload(target, 1, { ...SEGMENT, ...changes });
  expect([target[0], target.at(-1)]).toEqual([0, 0]);
  return [...target.subarray(1, -1)];
}

// struct virtio_net_hdr on a little-endian machine, as linux/virtio_net.h lays it out.
test('asks for a checksum', () => {
  expect(written({})).toEqual([1, 0, 52, 0, 0, 0, 20, 0, 16, 0]);
});

test('asks for segments of either family', () => {
  expect(written({ gsoSize: 1448 })).toEqual([1, 1, 52, 0, 0xa8, 5, 20, 0, 16, 0]);
  expect(written({ gsoSize: 1428, isIPv4: false, ipHeaderLength: 40, headersLength: 72 })).toEqual([
    1, 4, 72, 0, 0x94, 5, 40, 0, 16, 0,
  ]);
});

test('says that only the first segment may have CWR', () => {
  expect(written({ gsoSize: 1448, hasCwr: true })[1]).toBe(0x81);
  expect(written({ hasCwr: true })[1]).toBe(0);
});

test.each([
  [0, false],
  [1, true],
  [2, true],
  [4, false],
])('flags %i: verified %s', (flags, verified) => {
  expect(isVerified(Uint8Array.of(9, flags), 1)).toBe(verified);
});
