import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type * as Package from '../../src/index.ts';
import { newStage, playWhole, type Side } from './play.ts';
import { type Piece, playOf } from './protocols.ts';
import type { Stage } from './stage.ts';

/** What one thread is asked to do with a program: to play one end of it, or all. */
export type Request =
  | { id: number; ask: 'play'; piece: Piece; silence: number }
  | { id: number; ask: 'serve'; piece: Piece; seed: number }
  | { id: number; ask: 'connect'; piece: Piece; port: number; seed: number }
  | { id: number; ask: 'count' | 'stop' | 'log' };

const { register } = workerData as { register: string | null };
if (register !== null) (createRequire(__filename)(register) as typeof Package).register();

const sides = new Map<number, Side>();
const clock = new Int32Array(new SharedArrayBuffer(4));

/** Stops this thread now and then, so that the other one gets ahead. */
function irregular(seed: number): Pick<Stage, 'jitter' | 'delay'> {
  let x = (seed * 2_654_435_761) | 1;
  const roll = (n: number): number => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
  return {
    jitter: () => {
      const how = roll(8);
      if (how < 3) Atomics.wait(clock, 0, 0, how * 0.7 + 0.05);
    },
    delay: (milliseconds) => milliseconds * ([1, 1, 2, 4][roll(4)] ?? 1),
  };
}

async function answer(request: Request): Promise<unknown> {
  if (request.ask === 'play') return playWhole(playOf(request.piece), request.piece.program, request.silence);
  if (request.ask === 'serve' || request.ask === 'connect') {
    const stage = newStage(irregular(request.seed));
    const { piece } = request;
    const play = playOf(piece);
    let side: Side;
    if (request.ask === 'serve') side = await play.serve(piece.program, stage);
    else {
      stage.port.open = request.port;
      side = play.connect(piece.program, stage);
    }
    sides.set(request.id, side);
    return stage.port.open;
  }
  const side = sides.get(request.id);
  if (side === undefined) return undefined;
  if (request.ask === 'count') return [side.stage.happened, side.stage.pending];
  if (request.ask === 'stop') {
    side.stop();
    return undefined;
  }
  sides.delete(request.id);
  return side.log();
}

parentPort?.on('message', (request: Request & { call: number }) => {
  void answer(request).then((result) => {
    parentPort?.postMessage({ call: request.call, result });
  });
});
