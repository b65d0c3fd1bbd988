import { createReadStream } from 'node:fs';
import { decodeFrame, readFrames } from '@halfclose/capture';
import { Explainer, type ExplainerOptions, type Explanation } from '../src/index.ts';

/** The connections of a file, in the order in which they began. */
export async function explainFile(
  file: string,
  options: Omit<ExplainerOptions, 'onConnection'> = {},
): Promise<Explanation[]> {
  return explainChunks(createReadStream(file), options);
}

/** The connections of a capture in chunks. */
async function explainChunks(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: Omit<ExplainerOptions, 'onConnection'> = {},
): Promise<Explanation[]> {
  const found: Explanation[] = [];
  const explainer = new Explainer({ ...options, onConnection: (explanation) => found.push(explanation) });
  for await (const frame of readFrames(chunks)) {
    const captured = decodeFrame(frame);
    if (typeof captured !== 'string') explainer.add(captured);
  }
  explainer.end();
  return found.sort((a, b) => a.number - b.number);
}
