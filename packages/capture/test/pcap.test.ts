import { describe, expect, it } from 'vitest';
import { ipPacket, pcap, payloadsOf, read, Writer } from './files.ts';

const ETHERNET = new Uint8Array([...new Array<number>(12).fill(2), 0x08, 0x00]);
const frame = new Writer('big').bytes(ETHERNET).bytes(ipPacket(100)).done();

describe.each(['little', 'big'] as const)('a pcap file, %s-endian', (order) => {
  it('is read with microseconds and nanoseconds', async () => {
    const record = { seconds: 1_700_000_000, fraction: 250_000, bytes: frame };
    const micro = await read(pcap([record], { order }));
    expect(micro.fault).toBeNull();
    expect(micro.frames[0]?.time).toBeCloseTo(1_700_000_000_250, 3);
    const nano = await read(pcap([{ ...record, fraction: 250_000_000 }], { order, magic: 0xa1b23c4d }));
    expect(nano.frames[0]?.time).toBeCloseTo(1_700_000_000_250, 3);
    expect(payloadsOf([...micro.frames, ...nano.frames])).toEqual([100, 100]);
  });

  it('is read with the longer records of patched kernels', async () => {
    const record = { seconds: 1, fraction: 0, bytes: frame };
    const { frames, fault } = await read(pcap([record, record], { order, magic: 0xa1b2cd34 }));
    expect([payloadsOf(frames), fault]).toEqual([[100, 100], null]);
  });
});

it('old files have both lengths the other way round', async () => {
  const record = { seconds: 1, fraction: 0, bytes: frame.subarray(0, 80), originalLength: frame.length };
  const { frames } = await read(pcap([record, record], { minor: 2 }));
  expect(frames.map(({ bytes, originalLength }) => [bytes.length, originalLength])).toEqual([
    [80, 166],
    [80, 166],
  ]);
});

it('frames count from 1, in chunks of whatever size', async () => {
  const record = { seconds: 1, fraction: 0, bytes: frame };
  const file = pcap([record, { ...record, seconds: 2 }, { ...record, seconds: 3 }]);
  const whole = await read(file);
  expect(whole.frames.map(({ number, time }) => [number, time])).toEqual([
    [1, 1000],
    [2, 2000],
    [3, 3000],
  ]);
  for (let size = 1; size < 400; size++) expect(await read(file, size)).toEqual(whole);
});

it('a file that is cut anywhere gives the frames before, and says so', async () => {
  const record = { seconds: 1, fraction: 0, bytes: frame };
  const file = pcap([record, record]);
  for (let length = 0; length < file.length; length++) {
    const { frames, fault } = await read(file.subarray(0, length), 64);
    const whole = Math.max(0, Math.floor((length - 24) / (16 + frame.length)));
    expect(frames).toHaveLength(whole);
    if (length === 0) expect(fault).toBe('empty');
    else if (length < 4) expect(fault).toBe('not-a-capture');
    else if (length < 24) expect(fault).toBe('header-truncated');
    else expect(fault).toBe((length - 24) % (16 + frame.length) === 0 ? null : 'record-truncated');
  }
});

it('a file that is none says what is wrong', async () => {
  const header = pcap([]);
  const version = header.slice();
  version[4] = 9;
  const endless = new Writer('little').bytes(header).u32(0, 0, 0xffff_fff0, 0xffff_fff0).done();
  expect((await read(version)).fault).toBe('format-version');
  expect((await read(endless)).fault).toBe('record-length');
  expect((await read(new TextEncoder().encode('GET / HTTP/1.1'))).fault).toBe('not-a-capture');
  expect((await read(Uint8Array.of(0x1f, 0x8b, 8, 0))).fault).toBe('compressed');
  expect((await read(header)).fault).toBeNull();
});
