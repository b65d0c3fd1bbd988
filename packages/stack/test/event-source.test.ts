import { expect, test } from 'vitest';
import { EventSource } from '../src/event-source.ts';

test('the times that an observer is told never go back', () => {
  const source = new EventSource('host');
  const times: number[] = [];
  source.observer = ({ time }) => times.push(time);
  for (const time of [10, 12.5, 10, 13]) {
    source.emit({ type: 'call', time, host: 'host', local: null, remote: null, call: 'close', result: '0' });
  }
  expect(times).toEqual([10, 12.5, 12.5, 13]);
});
