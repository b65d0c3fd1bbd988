import { expect, it } from 'vitest';
import { timeSequenceSvg } from '../src/index.ts';
import { conversation, Exchange } from './exchange.ts';
import { checkWellFormed, textsOf } from './well-formed.ts';

/** The data of the paths of a class. */
function pathsOf(svg: string, classes: string): string[] {
  return [...svg.matchAll(new RegExp(`<path class="${classes}" d="([^"]+)"`, 'g'))].map(([, d = '']) => d);
}

it('draws segments, those sent again, acknowledgments, SACK blocks and FIN', () => {
  const svg = timeSequenceSvg(conversation().sorted);
  checkWellFormed(svg);
  const texts = textsOf(svg);
  for (const text of [
    'segment',
    'sent again',
    'acknowledged',
    'window',
    'SACK block',
    'SYN',
    'FIN',
    'bytes in flight',
  ])
    expect(texts).toContain(text);
  expect(texts[0]).toBe('From 10.0.0.1:40000 to 10.0.0.2:80');
  expect(svg).toMatch(
    /Time-sequence graph of what 10\.0\.0\.1:40000 sent to 10\.0\.0\.2:80: 2001 bytes in 6 segments/,
  );
  // A legend and the data.
  expect(pathsOf(svg, 'line s-red')).toHaveLength(2);
  expect(pathsOf(svg, 'line s-purple')).toHaveLength(2);
});

it('has time and bytes to scale', () => {
  const exchange = new Exchange();
  for (let i = 0; i < 11; i++)
    exchange.pass(i * 100, 'client', 'P.', { seq: 1 + i * 1000, ack: 1, length: 1000 }, null);
  const bars = pathsOf(timeSequenceSvg(exchange.sorted), 'line s-ink').at(-1) ?? '';
  const xs = [...bars.matchAll(/M([\d.]+) ([\d.]+)V/g)].map(
    ([, x = '', y = '']) => [Number(x), Number(y)] as const,
  );
  const [first, second, last] = [xs[0], xs[1], xs[10]];
  if (first === undefined || second === undefined || last === undefined) throw new Error('no bars');
  expect(last[0] - first[0]).toBeCloseTo((second[0] - first[0]) * 10, 0);
  expect(first[1] - last[1]).toBeCloseTo((first[1] - second[1]) * 10, 0);
});

it('draws the congestion window below, where it is known', () => {
  const events = conversation().sorted;
  const samples = [
    { time: 0, cwnd: 10_000, ssthresh: Infinity },
    { time: 200, cwnd: 5000, ssthresh: 5000 },
  ];
  const texts = textsOf(timeSequenceSvg(events, { samples }));
  expect(texts).toEqual(expect.arrayContaining(['cwnd', 'ssthresh']));
  expect(textsOf(timeSequenceSvg(events))).not.toContain('cwnd');
});

it('draws the other direction if it is asked to', () => {
  const svg = timeSequenceSvg(conversation().sorted, { sender: 'server' });
  expect(textsOf(svg)[0]).toBe('From 10.0.0.2:80 to 10.0.0.1:40000');
});

it('is empty where there is no connection', () => {
  expect(timeSequenceSvg([])).toBe('');
});
