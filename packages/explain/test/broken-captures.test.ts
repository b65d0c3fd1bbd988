import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CapturedPacket, CaptureReader, decodeFrame } from '@halfclose/capture';
import { ladder, timeline } from '@halfclose/trace';
import { expect, it } from 'vitest';
import { ConnectionPicker, Explainer, ExplanationSummary, formatExplanation, traceOf } from '../src/index.ts';

const CAPTURES = fileURLToPath(new URL('captures/linux-6.18/', import.meta.url));
const SEED = 20_261_130;
/** Bytes of the file header, and of that of each record, which stay as they are: the packets are what is broken. */
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/** A generator of its own, so that a failure can be run again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The capture with bytes of its packets changed, and packets in another order, left out, or twice. */
function broken(file: Uint8Array, random: (below: number) => number): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: Uint8Array[] = [];
  for (let at = FILE_HEADER; at < file.length;) {
    const length = RECORD_HEADER + view.getUint32(at + 8, true);
    const record = file.slice(at, at + length);
    if (random(3) === 0) record[RECORD_HEADER + random(length - RECORD_HEADER)] = random(256);
    records.splice(random(4) === 0 ? random(records.length + 1) : records.length, 0, record);
    if (random(12) === 0) records.pop();
    if (random(12) === 0) records.push(record);
    at += length;
  }
  return new Uint8Array(Buffer.concat([file.subarray(0, FILE_HEADER), ...records]));
}

it(`captures of packets that are nonsense are explained, and never throw (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  const files = readdirSync(CAPTURES).map((name) => new Uint8Array(readFileSync(`${CAPTURES}${name}`)));
  let connections = 0;
  for (let round = 0; round < 20; round++) {
    for (const file of files) {
      const summary = new ExplanationSummary();
      const picker = new ConnectionPicker();
      const explainer = new Explainer({
        find: Uint8Array.of(0x47),
        onConnection: (each) => {
          summary.add(each);
          expect(formatExplanation(each)).toContain(`${each.number}. `);
          expect(JSON.stringify(each)).not.toContain('NaN');
        },
      });
      const reader = new CaptureReader();
      const seen: CapturedPacket[] = [];
      for (const frame of reader.push(broken(file, random))) {
        const captured = decodeFrame(frame);
        if (typeof captured === 'string') continue;
        seen.push(captured);
        explainer.add(captured);
        picker.add(captured);
      }
      explainer.end();
      connections += summary.count;
      expect(summary.format()).toContain('connection');
      if (picker.packets.length === 0) continue;
      const events = traceOf(picker.packets);
      expect(ladder(events).split('\n').length).toBeGreaterThan(1);
      timeline(events);
    }
  }
  expect(connections).toBeGreaterThan(500);
});
