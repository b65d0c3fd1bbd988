import { describe, it } from 'vitest';
import { type Profile, rfc9293 } from '@halfclose/stack';
import { Simulation, type SimulationOptions } from './simulation.ts';

/** HALFCLOSE_SEED=n runs that one seed; HALFCLOSE_SEEDS=n runs so many of each kind. */
const ONLY = process.env['HALFCLOSE_SEED'];
const SEEDS = Number(process.env['HALFCLOSE_SEEDS'] ?? 30);

const FAMILIES = ['IPv4', 'IPv6'] as const;
const PROFILES: readonly (readonly [string, Partial<Profile>])[] = [
  ['all options', {}],
  ['the profile of the RFCs', rfc9293],
  ['no SACK', { sack: false }],
  ['no timestamps', { timestamps: false }],
  ['no window scaling', { windowScaling: false }],
  ['no options at all', { sack: false, timestamps: false, windowScaling: false }],
  [
    'no tail loss probes, and short buffers',
    { tailLossProbe: false, receiveBufferInitial: 16_384, receiveBufferMax: 65_536 },
  ],
  ['ECN, and a search for the path MTU from the beginning', { ecn: 1, mtuProbing: 2 }],
  ['next to no memory', { memoryLow: 20_000, memoryPressure: 30_000, memoryHigh: 50_000 }],
];

function checkSeeds(first: number, options: SimulationOptions, count = SEEDS): void {
  const seeds = ONLY === undefined ? Array.from({ length: count }, (_, i) => first + i) : [Number(ONLY)];
  for (const seed of seeds) {
    try {
      new Simulation(seed, options).run();
    } catch (cause) {
      throw new Error(`seed ${seed} fails; HALFCLOSE_SEED=${seed} replays it: ${String(cause)}`, { cause });
    }
  }
}

describe.each(FAMILIES)('over a bad link, %s', (family) => {
  it.each(PROFILES)(
    'every octet arrives once and in order, and nothing is left behind, with %s',
    (name, profile) => {
      const first = 1000 * PROFILES.findIndex(([other]) => other === name);
      checkSeeds(first, { family, profile });
    },
  );

  it.each([
    ['no options at all', 5328, 'small segments put together while duplicates were counted'],
    ['next to no memory', 8505, 'a window below the segments of the peer'],
  ])('seeds that have failed go on to pass: %s, %i, %s', (name, seed) => {
    checkSeeds(seed, { family, profile: Object.fromEntries(PROFILES)[name] ?? {} }, 1);
  });

  it.each(['offload', 'loopback'] as const)('every octet arrives once and in order by %s', (way) => {
    checkSeeds(way === 'offload' ? 20_000 : 30_000, { family, profile: {}, way });
  });

  it.each(['offload', 'loopback'] as const)(
    'every octet arrives once and in order by %s without memory',
    (way) => {
      checkSeeds(
        way === 'offload' ? 40_000 : 50_000,
        { family, profile: { memoryHigh: 0 }, way },
        Math.ceil(SEEDS / 6),
      );
    },
  );
});
