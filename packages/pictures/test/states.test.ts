import { TRANSITIONS } from '@halfclose/tcp';
import { expect, it } from 'vitest';
import { stateDiagramModel, stateDiagramSvg, stateTimelineSvg } from '../src/index.ts';
import { CAUSES, PLACES } from '../src/states/diagram-layout.ts';
import { conversation, Exchange } from './exchange.ts';
import { checkWellFormed, textsOf } from './well-formed.ts';

it('the diagram has every state and every transition of TRANSITIONS, but aborts, and no other', () => {
  const edges = Object.entries(TRANSITIONS).flatMap(([from, all]) => all.map((to) => `${from}>${to}`));
  const drawn = Object.keys(CAUSES);
  const isAbort = (edge: string) => edge.endsWith('>CLOSED');
  expect(edges.filter((edge) => !isAbort(edge) && !drawn.includes(edge))).toEqual([]);
  expect(drawn.filter((edge) => !edges.includes(edge))).toEqual([]);
  expect(
    Object.keys(PLACES)
      .filter((name) => name !== 'CLOSED.')
      .sort(),
  ).toEqual(Object.keys(TRANSITIONS).sort());
  const svg = stateDiagramSvg();
  checkWellFormed(svg);
  for (const state of Object.keys(TRANSITIONS)) expect(textsOf(svg)).toContain(state);
});

it('the path that an end took is lit, step by step', () => {
  const svg = stateDiagramSvg(conversation().sorted);
  const texts = textsOf(svg);
  expect(texts).toContain('client 10.0.0.1:40000');
  // Three steps of the client, two of the server.
  expect(texts.filter((text) => /^\d$/.test(text)).sort()).toEqual(['1', '1', '2', '2', '3']);
  expect(svg).toContain('client 10.0.0.1:40000 went CLOSED, SYN-SENT, ESTABLISHED, FIN-WAIT-1.');
  expect(textsOf(stateDiagramSvg(conversation().sorted, { hosts: ['server'] }))).not.toContain(
    'client 10.0.0.1:40000',
  );
});

it('an abort is drawn if it was made', () => {
  const exchange = conversation().state(400, 'client', 'FIN-WAIT-1', 'CLOSED', 'peer reset');
  expect(textsOf(stateDiagramSvg(exchange.sorted))).toContain('RST, or given up');
  expect(textsOf(stateDiagramSvg(conversation().sorted))).not.toContain('RST, or given up');
});

it('the timeline has each state in its time, and says when it is no plain scale', () => {
  const svg = stateTimelineSvg(conversation().pass(400, 'server', '.', { seq: 1, ack: 2002 }).sorted);
  checkWellFormed(svg);
  expect(svg).toContain('<title>ESTABLISHED: 280 ms, from 20 ms on (SYN+ACK received)</title>');
  expect(textsOf(svg)).not.toContain('time is drawn logarithmically');
  const uneven = new Exchange()
    .state(0, 'client', 'CLOSED', 'SYN-SENT')
    .state(1, 'client', 'SYN-SENT', 'ESTABLISHED')
    .state(60_001, 'client', 'ESTABLISHED', 'CLOSED');
  expect(textsOf(stateTimelineSvg(uneven.sorted))).toContain('time is drawn logarithmically');
  expect(stateTimelineSvg([])).toBe('');
});

it('the model of the diagram has each state where the picture has it, and each transition of the table once', () => {
  const { states, transitions, box } = stateDiagramModel();
  expect(Object.fromEntries(states.map(({ name, x, y }) => [name, { x, y }]))).toEqual(PLACES);
  const edges = transitions.map(({ from, to }) => `${from}>${to}`);
  expect(edges).toHaveLength(new Set(edges).size);
  // A listener's connection begins in LISTEN, whatever the table says of the connection alone.
  const table = Object.entries(TRANSITIONS).flatMap(([from, all]) => all.map((to) => `${from}>${to}`));
  const begun = table.map((edge) => (edge === 'CLOSED>SYN-RECEIVED' ? 'LISTEN>SYN-RECEIVED' : edge));
  expect(new Set(edges)).toEqual(new Set(begun));
  const close = transitions.find(({ from, to }) => from === 'ESTABLISHED' && to === 'FIN-WAIT-1');
  expect(close?.cause).toBe('close: FIN');
  expect(Math.abs((close?.start.y ?? 0) - 290)).toBeLessThanOrEqual(box.height / 2 + 3);
});
