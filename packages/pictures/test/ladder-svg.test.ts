import { connectionsOf } from '@halfclose/trace';
import { expect, it } from 'vitest';
import { ladderSvg } from '../src/index.ts';
import { conversation, Exchange } from './exchange.ts';
import { checkWellFormed, textsOf } from './well-formed.ts';

it('says in text what each segment is, both ends, calls and states', () => {
  const svg = ladderSvg(conversation().sorted);
  checkWellFormed(svg);
  const texts = textsOf(svg);
  for (const text of [
    '10.0.0.1:40000 and 10.0.0.2:80',
    'client',
    'server',
    'SYN 0:0(0) win 65000',
    'PSH ACK 1:1001(1000) ack 1 win 65000 (loss)',
    'PSH ACK 1:1001(1000) ack 1 win 65000 (again)',
    'close() = 0',
    'ESTABLISHED',
  ])
    expect(texts).toContain(text);
});

it('has a name, and tells what it shows to those who cannot see it', () => {
  const svg = ladderSvg(conversation().sorted, { title: 'A <lost> segment & its end' });
  expect(svg).toContain('role="img" aria-labelledby="title desc"');
  expect(svg).toContain('<title id="title">A &lt;lost&gt; segment &amp; its end</title>');
  expect(svg).toMatch(
    /<desc id="desc">Ladder of 10\.0\.0\.1:40000 \(client\)[^<]*client: SYN 0:0\(0\); server: SYN ACK/,
  );
  checkWellFormed(svg);
});

it('draws what crosses as one arrow from where it leaves to where it arrives', () => {
  const exchange = new Exchange()
    .pass(0, 'client', 'F.', { seq: 1, ack: 1 }, 20)
    .pass(5, 'server', 'F.', { seq: 1, ack: 1 }, 20);
  const svg = ladderSvg(exchange.sorted);
  const lines = [
    ...svg.matchAll(/<line class="line s-orange" x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)"/g),
  ];
  const spans = lines.map(([, , y1 = '', , y2 = '']) => Number(y2) - Number(y1));
  expect(spans).toHaveLength(2);
  // Each spans more than a row.
  for (const span of spans) expect(span).toBeGreaterThan(40);
});

it('folds what is too long in the middle', () => {
  const exchange = new Exchange();
  for (let i = 0; i < 500; i++)
    exchange.pass(i * 100, 'client', 'P.', { seq: 1 + i * 10, ack: 1, length: 10 });
  const texts = textsOf(ladderSvg(exchange.sorted, { rows: 21 }));
  expect(texts).toContain('480 more rows');
  expect(texts.filter((text) => text.startsWith('PSH'))).toHaveLength(20);
  expect(texts).toContain('PSH ACK 4991:5001(10) ack 1 win 65000');
});

it('draws several connections below each other', () => {
  const events = conversation().sorted;
  const [connection] = connectionsOf(events);
  if (connection === undefined) throw new Error('no connection');
  const twice = ladderSvg(events, { connections: [connection, connection] });
  expect(textsOf(twice).filter((text) => text === 'client')).toHaveLength(2);
  expect(textsOf(twice)).toContain('2 connections');
});

it('is empty where there is no connection', () => {
  expect(ladderSvg([])).toBe('');
});
