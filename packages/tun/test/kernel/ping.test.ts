import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { profile } from '@halfclose/stack';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { twoStacks, type TwoStacks } from './two-stacks.ts';

const COUNT = 3;
const SCRIPT = fileURLToPath(new URL('ping.py', import.meta.url));

/** How the kernel is had to ping, and what it prints when each was answered. */
interface Pinger {
  readonly command: string;
  /** `wait`: seconds for each reply. */
  readonly args: (address: string, size: number, wait: number) => string[];
  readonly answered: RegExp;
}

const PINGERS: readonly Pinger[] = [
  {
    command: 'python3',
    args: (address, size, wait) => [SCRIPT, address, String(size), String(COUNT), String(wait)],
    answered: new RegExp(`^${COUNT}$`, 'm'),
  },
  {
    command: 'ping',
    args: (address, size, wait) => ['-c', String(COUNT), '-s', String(size), '-W', String(wait), address],
    answered: new RegExp(` ${COUNT} (?:packets )?received`),
  },
];

let pingers: readonly Pinger[] = [];
let stacks: TwoStacks | null = null;

beforeAll(() => {
  pingers = PINGERS.filter(({ command }) => spawnSync(command, ['-V']).error === undefined);
  if (pingers.length === 0) console.log('skipped: there is neither ping nor python3');
});

afterEach(async () => {
  await stacks?.close();
  stacks = null;
});

/** Has the kernel ping, in a process beside this one, which answers. */
async function ping({ command, args }: Pinger, address: string, size: number, wait = 5): Promise<string> {
  const child = spawn(command, args(address, size, wait), { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
  await once(child, 'close');
  return printed;
}

describe.each([4, 6] as const)('over IPv%i', (family) => {
  test.each([
    [56, 0],
    [1452, 0],
    // As the kernel cuts them to an MTU of 1500, and so do we.
    [1473, 2],
    [3000, 3],
    [65_000, family === 4 ? 44 : 45],
  ])('the kernel’s echo requests of %i bytes are answered', async (size, fragments) => {
    for (const pinger of pingers) {
      const both = (stacks = twoStacks({ mtu: 1500 }));
      expect(await ping(pinger, both.addresses[family].ours, size)).toMatch(pinger.answered);
      const { echoesAnswered, fragmentsReceived, datagramsReassembled } = both.host.counters;
      expect([echoesAnswered, fragmentsReceived, datagramsReassembled]).toEqual([
        COUNT,
        COUNT * fragments,
        fragments === 0 ? 0 : COUNT,
      ]);
      expect([both.wire.dropped, both.host.fragments]).toMatchObject([{}, { incomplete: 0, memory: 0 }]);
      await both.close();
      stacks = null;
    }
  });

  test('a host that ignores echo requests says nothing', async () => {
    const [pinger] = pingers;
    if (pinger === undefined) return;
    const both = (stacks = twoStacks({ profile: profile({ ignoresEchoes: true }) }));
    expect(await ping(pinger, both.addresses[family].ours, 56, 1)).not.toMatch(pinger.answered);
    expect(both.host.counters.dropped['icmp-echo-ignored']).toBe(COUNT);
  });
});
