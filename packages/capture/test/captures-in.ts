import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  CAPTURE_FAULTS,
  type CaptureFault,
  decodeFrame,
  type FrameRefusal,
  LINK_REFUSALS,
  linkTypeName,
  readFrames,
} from '../src/index.ts';

/** What became of one file. */
export interface ReadCapture {
  readonly name: string;
  readonly fault: CaptureFault | null;
  readonly frames: number;
  /** Packets that concern TCP. */
  readonly packets: number;
  /** Frames that are none, by reason. */
  readonly refused: ReadonlyMap<FrameRefusal, number>;
  /** What its frames begin with, of those that are not read. */
  readonly linkTypes: ReadonlySet<string>;
  /** Ports, sequence number and payload of each segment, as tshark prints them. */
  readonly segments: readonly string[];
}

/** Reads every file of a directory and of those in it that looks like a capture by its name. */
export async function* capturesIn(directory: string): AsyncGenerator<ReadCapture> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((each) => /\.(pcap|pcapng|cap|ntar|dmp)$/.test(each)).sort())
    yield await readCapture(directory, name);
}

async function readCapture(directory: string, name: string): Promise<ReadCapture> {
  const refused = new Map<FrameRefusal, number>();
  const linkTypes = new Set<string>();
  const segments: string[] = [];
  let frames = 0;
  let packets = 0;
  // Small chunks, so that records lie across them.
  const all = readFrames(createReadStream(join(directory, name), { highWaterMark: 1000 }));
  for (let step = await all.next(); ; step = await all.next()) {
    if (step.done === true) return { name, fault: step.value, frames, packets, refused, linkTypes, segments };
    frames++;
    const decoded = decodeFrame(step.value);
    if (typeof decoded === 'string') {
      refused.set(decoded, (refused.get(decoded) ?? 0) + 1);
      if (decoded === 'link-type') linkTypes.add(linkTypeName(step.value.interface.linkType));
    } else {
      packets++;
      if (decoded.packet.kind === 'tcp') {
        const { sourcePort, destinationPort, seq } = decoded.packet.segment;
        segments.push(
          [decoded.number, sourcePort, destinationPort, seq >>> 0, decoded.payloadLength].join('\t'),
        );
      }
    }
  }
}

/** One line for a file. */
export function lineOf({ name, fault, frames, packets, refused, linkTypes }: ReadCapture): string {
  const reasons = [...refused].map(([reason, count]) =>
    reason === 'link-type'
      ? `${count} of ${[...linkTypes].join(', ')}`
      : `${count} ${reason in LINK_REFUSALS ? LINK_REFUSALS[reason as keyof typeof LINK_REFUSALS] : reason}`,
  );
  const others = reasons.length === 0 ? '' : `; not read: ${reasons.join(', ')}`;
  const end = fault === null ? '' : `; ${CAPTURE_FAULTS[fault]}`;
  return `${name}: ${frames} frames, ${packets} of TCP${others}${end}`;
}
