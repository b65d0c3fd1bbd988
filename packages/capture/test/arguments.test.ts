import { expect, it } from 'vitest';
import { CaptureReader, decodeFrame } from '../src/index.ts';

it('what is no chunk, and no frame, is named', () => {
  const wrong: unknown = 'text';
  const reader = new CaptureReader();
  expect(() => [...reader.push(wrong as Uint8Array)]).toThrow('chunk must be a Uint8Array, not "text"');
  expect(() => decodeFrame(wrong as never)).toThrow('frame must be a Frame, not "text"');
});

it('keeps no more than the record that is not complete', () => {
  const reader = new CaptureReader();
  const header = new Uint8Array(24);
  header.set([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]);
  expect([...reader.push(header)]).toEqual([]);
  const record = new Uint8Array(16 + 1000);
  new DataView(record.buffer).setUint32(8, 1000, true);
  new DataView(record.buffer).setUint32(12, 1000, true);
  const before = process.memoryUsage().arrayBuffers;
  let count = 0;
  for (let i = 0; i < 200_000; i++)
    for (const frame of reader.push(record.slice())) count += frame.bytes.length;
  expect(count).toBe(200_000_000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
  expect(reader.bytes).toBe(24 + 200_000 * 1016);
});
