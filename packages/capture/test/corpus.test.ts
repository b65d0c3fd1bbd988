import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { capturesIn, lineOf, type ReadCapture } from './captures-in.ts';

// A directory of captures, such as tests/ of tcpdump's sources: HALFCLOSE_CAPTURES=DIR npx vitest run packages/capture/test/corpus.test.ts
const directory = process.env.HALFCLOSE_CAPTURES ?? '';
/** Where tshark finds no TCP although it is there: an IPv6 length of 0 without a jumbogram option, as offload leaves it. */
const NOT_READ_BY_TSHARK = ['bigtcp-ipv6.pcap'];
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

describe.skipIf(!existsSync(directory))('the captures of HALFCLOSE_CAPTURES', () => {
  it('are read, or refused with a reason', { timeout: 300_000 }, async () => {
    const lines: string[] = [];
    for await (const capture of capturesIn(directory)) {
      lines.push(lineOf(capture));
      // Every frame is accounted for.
      const refused = [...capture.refused.values()].reduce((a, b) => a + b, 0);
      expect([capture.name, capture.packets + refused]).toEqual([capture.name, capture.frames]);
    }
    console.log(lines.join('\n'));
    expect(lines.length).toBeGreaterThan(0);
  });

  it.skipIf(!hasTshark)('hold the segments that tshark finds', { timeout: 1_200_000 }, async () => {
    const different: string[] = [];
    for await (const capture of capturesIn(directory)) {
      if (capture.segments.length === 0 || NOT_READ_BY_TSHARK.includes(capture.name)) continue;
      const missing = missingIn(capture, tsharkSegments(capture.name));
      if (missing.length > 0) different.push(`${capture.name}: ${missing.slice(0, 3).join(' | ')}`);
    }
    expect(different).toEqual([]);
  });
});

function tsharkSegments(name: string): string[] {
  const fields = ['frame.number', 'tcp.srcport', 'tcp.dstport', 'tcp.seq_raw', 'tcp.len'];
  const args = ['-r', join(directory, name), '-Y', 'tcp', '-T', 'fields', '-E', 'occurrence=f'];
  const disabled = ['-o', 'tcp.desegment_tcp_streams:false', '-o', 'tcp.analyze_sequence_numbers:false'];
  const out = execFileSync('tshark', [...args, ...disabled, ...fields.flatMap((field) => ['-e', field])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return out.trimEnd().split('\n');
}

/** Lines of ours that tshark does not have. */
function missingIn({ segments }: ReadCapture, theirs: readonly string[]): string[] {
  const known = new Set(theirs);
  return segments.filter((line) => !known.has(line));
}
