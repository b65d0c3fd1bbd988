import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameSplitter } from '../../src/devices/frame-splitter.ts';

const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 10 });

test('frames come out as they went in, however the stream is cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(
        sent.flatMap((frame) => [Uint8Array.of(frame.length >> 8, frame.length & 0xff), frame]),
      );
      const received: Uint8Array[] = [];
      const splitter = new FrameSplitter((frame) => received.push(frame));
      for (let offset = 0, index = 0; offset < stream.length; index++) {
        const length = cuts[index % cuts.length] ?? 1;
        splitter.push(stream.subarray(offset, offset + length));
        offset += length;
      }
      expect(received).toEqual(sent);
    }),
  );
});

test('a length of nothing is no frame, and the longest is one', () => {
  const received: number[] = [];
  const splitter = new FrameSplitter((frame) => received.push(frame.length));
  splitter.push(Uint8Array.of(0, 0, 0, 0, 0xff, 0xff));
  splitter.push(new Uint8Array(65_535));
  expect(received).toEqual([65_535]);
});
