import type fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { bundle } from '../build.ts';
import type { Piece } from '../differential/protocols.ts';
import { expectSameTold, RUNS } from '../differential/run-programs.ts';
import { Threads } from '../differential/threads.ts';
import { anyTlsProgram } from '../differential/tls-program.ts';
import { anyWebProgram } from '../differential/web-program.ts';

/*
 * Each of these in src has been found by the first hundred programs of a kind: what is written under TLS right before a close
 * is lost; TLS hears of its writes, or of its end, behind the peer's answers; two records in one read are one for the program.
 */

let threads: Threads;
let remove: () => Promise<void>;
beforeAll(async () => {
  const files = await bundle();
  remove = files.remove;
  threads = await Threads.start(files.cjs);
});
afterAll(async () => {
  await threads.end();
  await remove();
}, 60_000);

interface Kind {
  readonly protocol: Piece['protocol'];
  readonly programs: fc.Arbitrary<Piece['program']>;
  readonly few: number;
  /** Shares of them: see `Batches`. */
  readonly same: number;
  readonly inPart: number;
  readonly seen: readonly string[];
}

const EXCHANGED = ['request', 'socket', 'response', 'finish', 'end', 'error', 'close', 'message close'];
const KINDS: readonly Kind[] = [
  {
    protocol: 'tls',
    programs: anyTlsProgram,
    few: 25,
    same: 0.7,
    inPart: 0.15,
    seen: ['secureConnect', 'connection', 'end', 'finish', 'error', 'close', 'written', 'ended', 'iterated'],
  },
  {
    protocol: 'http',
    programs: anyWebProgram,
    few: 25,
    same: 0.6,
    inPart: 0.2,
    seen: [...EXCHANGED, 'written', 'ended', 'iterated'],
  },
  { protocol: 'https', programs: anyWebProgram, few: 10, same: 0.4, inPart: 0.3, seen: EXCHANGED },
];

// Of TLS, later versions tell a write that destroy() cuts off of EBADF, where ours says nothing yet: docs/DIFFERENCES.md.
const isNewer = Number(process.versions.node.split('.')[0]) > 20;

it.each(KINDS.filter(({ protocol }) => protocol !== 'tls' || !isNewer))(
  'of a swapped process tell what node:$protocol tells over the kernel, whatever programs do at both ends',
  async ({ protocol, programs, few, same, inPart, seen }) => {
    const pieceOf = (program: Piece['program']) => ({ protocol, program }) as Piece;
    await expectSameTold({
      programs,
      players: {
        node: (program, silence) => threads.together(pieceOf(program), silence, 'stock'),
        ours: (program, silence) => threads.together(pieceOf(program), silence, 'registered'),
        apart: (program, silence) => threads.apart(pieceOf(program), silence),
      },
      runs: Number(RUNS ?? few),
      batch: 16,
      same,
      inPart,
      seen,
    });
  },
  3_600_000,
);
