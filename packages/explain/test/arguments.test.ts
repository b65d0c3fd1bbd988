import { expect, it } from 'vitest';
import {
  ConnectionPicker,
  Explainer,
  ExplanationSummary,
  formatExplanation,
  formatMatch,
  matchExplanations,
} from '../src/index.ts';
import { Talk } from './talk.ts';

const wrong: unknown = 'text';
const onConnection = () => undefined;

it.each<[string, () => unknown]>([
  ['onConnection must be a function, not undefined', () => new Explainer({} as never)],
  ['options.fund is no option: did you mean find?', () => new Explainer({ onConnection, fund: 1 } as never)],
  ['find must be a Uint8Array, not "text"', () => new Explainer({ onConnection, find: wrong as Uint8Array })],
  ['find must have a byte at least', () => new Explainer({ onConnection, find: new Uint8Array(0) })],
  ['connections must be an integer from 1', () => new Explainer({ onConnection, connections: 0 })],
  [
    'captured must be a CapturedPacket, not "text"',
    () => new Explainer({ onConnection }).add(wrong as never),
  ],
  ['isWanted must be a function, not "text"', () => new ConnectionPicker({ isWanted: wrong as never })],
  ['packets must be an integer from 1', () => new ConnectionPicker({ packets: 0 })],
  ['captured must be a CapturedPacket, not "text"', () => new ConnectionPicker().add(wrong as never)],
  ['explanation must be an Explanation, not "text"', () => formatExplanation(wrong as never)],
  ['width must be a number from 60', () => formatExplanation(new Talk().established().one(), { width: 59 })],
  ['explanation must be an Explanation, not "text"', () => new ExplanationSummary().add(wrong as never)],
  ['first must be an array, not "text"', () => matchExplanations(wrong as never, [])],
  ['match must be a Match, not "text"', () => formatMatch(wrong as never)],
])('%s', (message, call) => {
  expect(call).toThrow(message);
});

it('of too many connections, the one that was silent longest makes room', () => {
  const talk = new Talk()
    .established(1)
    .established(2)
    .established(3)
    .client('F.', { seq: 1, ack: 1, port: 1 });
  const numbers: number[] = [];
  const explainer = new Explainer({ connections: 2, onConnection: ({ number }) => numbers.push(number) });
  for (const packet of talk.packets) explainer.add(packet);
  expect(numbers).toEqual([1, 2]);
  explainer.end();
  expect(numbers).toEqual([1, 2, 3, 4]);
});
