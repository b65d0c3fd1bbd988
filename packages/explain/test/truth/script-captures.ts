import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CapturedPacket } from '@halfclose/capture';
import { runText } from '@halfclose/packetdrill';
import type { SegmentEvent, TraceEvent } from '@halfclose/trace';

const SCRIPTS = fileURLToPath(new URL('../../../packetdrill/scripts', import.meta.url));

/** What a capture beside the stack would hold of one script, and what the stack itself told. */
export interface ScriptCapture {
  /** `linger/d01_linger0_established` */
  readonly name: string;
  readonly packets: readonly CapturedPacket[];
  readonly events: readonly TraceEvent[];
  /** For each packet, its event. */
  readonly sources: readonly SegmentEvent[];
}

/** Runs every script of packages/packetdrill on our stack, in virtual time. */
export function* scriptCaptures(): Generator<ScriptCapture> {
  const files = readdirSync(SCRIPTS, { recursive: true, encoding: 'utf8' }).sort();
  for (const file of files.filter((name) => name.endsWith('.pkt'))) yield captureOf(file);
}

function captureOf(file: string): ScriptCapture {
  const events: TraceEvent[] = [];
  const path = join(SCRIPTS, file);
  const readScript = (name: string): string | null => {
    const shell = join(path, '..', name);
    return existsSync(shell) ? readFileSync(shell, 'utf8') : null;
  };
  runText(readFileSync(path, 'utf8'), { file, readScript, observe: (event) => events.push(event) });
  const sources = events.filter(
    (event): event is SegmentEvent => event.type === 'segment' && event.direction !== 'dropped',
  );
  const packets = sources.map(({ time, packet }, index) => ({
    number: index + 1,
    time,
    packet,
    payloadLength: packet.kind === 'tcp' ? packet.segment.payload.length : 0,
    identification: -1,
  }));
  return { name: file.replace(/\.pkt$/, ''), packets, events, sources };
}
