import { describe, expect, test } from 'vitest';
import { Random } from '../src/index.ts';

function draws(random: Random, count: number, draw: (random: Random) => number): number[] {
  return Array.from({ length: count }, () => draw(random));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('Random', () => {
  test('the same seed gives the same numbers, on every machine', () => {
    const numbers = draws(new Random(42), 4, (random) => random.uint32());
    expect(numbers).toEqual([1_874_330_980, 2_143_255_774, 4_055_375_598, 4_093_523_872]);
  });

  test('other seeds and other streams of one seed give other numbers', () => {
    const start = (seed: number, stream?: number) =>
      draws(new Random(seed, stream), 4, (random) => random.uint32());
    const starts = [start(0), start(1), start(2), start(1, 1), start(1, 2)];
    expect(new Set(starts.flat()).size).toBe(20);
  });

  test('uniform() lies in [0, 1) and is spread evenly', () => {
    const bins = new Array<number>(16).fill(0);
    for (const value of draws(new Random(7), 160_000, (random) => random.uniform())) {
      bins[Math.floor(value * 16)]!++;
    }
    // 10,000 each; five deviations of a binomial distribution are 484.
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(484);
  });

  test('chance() keeps its probability; never at 0, always at 1', () => {
    const count = (probability: number) =>
      draws(new Random(7), 100_000, (random) => (random.chance(probability) ? 1 : 0)).filter(Boolean).length;
    expect(count(0)).toBe(0);
    expect(count(1)).toBe(100_000);
    expect(Math.abs(count(0.1) - 10_000)).toBeLessThan(475);
  });

  test('normal() has mean 0 and deviation 1', () => {
    const values = draws(new Random(7), 100_000, (random) => random.normal());
    expect(Math.abs(mean(values))).toBeLessThan(0.02);
    expect(Math.abs(mean(values.map((value) => value * value)) - 1)).toBeLessThan(0.03);
    expect(Math.max(...values.map(Math.abs))).toBeLessThan(6);
  });

  test('pareto() has mean 1 and a long tail', () => {
    const values = draws(new Random(7), 100_000, (random) => random.pareto());
    expect(Math.abs(mean(values) - 1)).toBeLessThan(0.05);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeGreaterThan(10);
  });
});
