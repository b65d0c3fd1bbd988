import { expect, test } from 'vitest';
import { EventSource } from '../../src/events/event-source.ts';

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

test('observers beside the first one are told until each is taken away', () => {
  const source = new EventSource('host');
  const told: string[] = [];
  const named = (name: string) => () => void told.push(name);
  const ends = [source.add(named('a')), source.add(named('b'))];
  const same = named('c');
  ends.push(source.add(same), source.add(same));
  const emit = (): string => {
    source.emit({
      type: 'call',
      time: 1,
      host: 'host',
      local: null,
      remote: null,
      call: 'bind',
      result: '0',
    });
    return told.splice(0).join('');
  };
  expect([source.active, emit()]).toEqual([true, 'abcc']);
  ends[0]?.();
  ends[2]?.();
  expect(emit()).toBe('bc');
  for (const end of ends) end();
  expect([source.active, emit()]).toEqual([false, '']);
});

test('an observer that takes itself away keeps no other from being told', () => {
  const source = new EventSource('host');
  const told: string[] = [];
  const end = source.add(() => {
    told.push('once');
    end();
  });
  source.add(() => void told.push('each'));
  for (let i = 0; i < 2; i++)
    source.emit({
      type: 'call',
      time: 1,
      host: 'host',
      local: null,
      remote: null,
      call: 'bind',
      result: '0',
    });
  expect(told).toEqual(['once', 'each', 'each']);
});
