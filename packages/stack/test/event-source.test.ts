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

test('a subscriber is told while it is active, beside the observer', () => {
  const source = new EventSource('host');
  const told: string[] = [];
  const event = (call: string) =>
    ({ type: 'call', time: 0, host: 'host', local: null, remote: null, call, result: '0' }) as const;
  const subscriber = { active: false, tell: () => void told.push('subscriber') };
  expect(source.active).toBe(false);
  source.subscriber = subscriber;
  expect(source.active).toBe(false);
  source.emit(event('bind'));
  subscriber.active = true;
  source.look();
  expect(source.active).toBe(true);
  source.observer = () => void told.push('observer');
  source.emit(event('listen'));
  subscriber.active = false;
  source.emit(event('close'));
  expect(told).toEqual(['observer', 'subscriber', 'observer']);
});
