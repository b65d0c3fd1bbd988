import {
  CAPTURE_FAULTS,
  type CapturedPacket,
  CaptureReader,
  decodeFrame,
  LINK_REFUSALS,
  linkTypeName,
} from '@halfclose/capture';
import { Explainer, type Explanation, explanationLines, headlineOf, traceOf } from '@halfclose/explain';
import { connectionsOf, formatEndpoint, type TraceEvent } from '@halfclose/trace';
import type { Recording } from './recording.ts';

/** So many packets of each connection are drawn, and of so many connections in all. */
const MOST_PACKETS = 20_000;
const MOST_KEPT = 200_000;
/** Connections that are listed. */
const MOST_LISTED = 500;

/** A connection of a capture: what happened to it, and its recording. */
export interface CapturedConnection {
  readonly headline: string;
  readonly lines: readonly string[];
  /** Packets that are not drawn. */
  readonly left: number;
  readonly recording: () => Recording;
}

/** What a capture holds. */
export interface CaptureContents {
  readonly name: string;
  readonly connections: readonly CapturedConnection[];
  /** Connections beyond those listed. */
  readonly more: number;
  /** What is to be said of the file; empty: nothing. */
  readonly warning: string;
}

interface Kept {
  readonly packets: CapturedPacket[];
  left: number;
}

/**
 * Reads a capture, explains its connections, and keeps their packets to draw them.
 *
 * @param name of the file
 * @param chunks its bytes, in order
 * @param onProgress told of the bytes read so far
 * @throws Error with a sentence, for what is no capture or has no TCP in it
 */
export async function readCapture(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  onProgress: (bytes: number) => void,
): Promise<CaptureContents> {
  const reader = new CaptureReader();
  const kept = new Map<string, Kept>();
  const explained: Explanation[] = [];
  const explainer = new Explainer({ onConnection: (explanation) => explained.push(explanation) });
  const refused = new Map<string, number>();
  let [bytes, frames, total, packets] = [0, 0, 0, 0];
  for await (const chunk of chunks) {
    for (const frame of reader.push(chunk)) {
      frames++;
      const captured = decodeFrame(frame);
      if (typeof captured === 'string') {
        const reason = captured === 'link-type' ? linkTypeName(frame.interface.linkType) : captured;
        refused.set(reason, (refused.get(reason) ?? 0) + 1);
        continue;
      }
      packets++;
      explainer.add(captured);
      total += keep(kept, captured, total) ? 1 : 0;
    }
    bytes += chunk.length;
    onProgress(bytes);
    if (reader.fault !== null) break;
  }
  const fault = reader.end();
  if (fault !== null && frames === 0) throw new Error(`${name} cannot be read: ${CAPTURE_FAULTS[fault]}.`);
  if (packets === 0)
    throw new Error(`There is no TCP in the ${frames} packets of ${name}${reasonsOf(refused)}.`);
  explainer.end();
  const connections = explained
    .toSorted((a, b) => a.number - b.number)
    .slice(0, MOST_LISTED)
    .map((explanation) => connectionOf(explanation, kept));
  return {
    name,
    connections,
    more: explained.length - connections.length,
    warning: fault === null ? '' : `${name}: ${CAPTURE_FAULTS[fault]}.`,
  };
}

function keep(kept: Map<string, Kept>, captured: CapturedPacket, total: number): boolean {
  const { packet } = captured;
  if (packet.kind !== 'tcp') return false;
  const ends = [
    formatEndpoint({ address: packet.source, port: packet.segment.sourcePort }),
    formatEndpoint({ address: packet.destination, port: packet.segment.destinationPort }),
  ];
  const key = ends.sort().join(' ');
  const known = kept.get(key);
  const list = known ?? { packets: [], left: 0 };
  if (known === undefined) kept.set(key, list);
  if (list.packets.length >= MOST_PACKETS || total >= MOST_KEPT) {
    list.left++;
    return false;
  }
  // The chunk that it is a view of goes; what is drawn has no text.
  packet.segment.payload = new Uint8Array(packet.segment.payload.length);
  list.packets.push(captured);
  return true;
}

function connectionOf(explanation: Explanation, kept: ReadonlyMap<string, Kept>): CapturedConnection {
  const ends = [explanation.client, explanation.server];
  const key = ends.sort().join(' ');
  const { packets, left } = kept.get(key) ?? { packets: [], left: 0 };
  const lines = explanationLines(explanation).map(({ label, text }) => `${label}\t${text}`);
  return {
    headline: headlineOf(explanation),
    lines,
    left,
    recording: () =>
      recordingOf(
        packets.filter(
          ({ number }) => number >= explanation.first.number && number <= explanation.last.number,
        ),
      ),
  };
}

function recordingOf(packets: readonly CapturedPacket[]): Recording {
  const all = packets.length === 0 ? [] : traceOf(packets);
  const start = all[0]?.time ?? 0;
  const events = all.map((event): TraceEvent => ({ ...event, time: event.time - start }));
  return {
    events,
    connections: connectionsOf(events),
    ends: [],
    hosts: ['client', 'server'],
    duration: events.at(-1)?.time ?? 0,
    cut: '',
    transfers: [],
    options: [],
    script: null,
  };
}

function reasonsOf(refused: ReadonlyMap<string, number>): string {
  const reasons = [...refused].map(([reason, count]) => {
    const known = Object.entries(LINK_REFUSALS).find(([name]) => name === reason)?.[1];
    return `${count} × ${known ?? reason}`;
  });
  return reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
}
