import { expect, test } from 'vitest';
import { SendQueue } from '../src/send-queue.ts';

test('keeps frames in order, as they were', () => {
  const queue = new SendQueue(10);
  const head = Uint8Array.of(1, 2, 3);
  const body = Uint8Array.of(4, 5);
  queue.push(head, 2, body);
  queue.push(head, 3, undefined);
  head.fill(0);
  body.fill(0);
  expect(queue.first).toEqual(Uint8Array.of(1, 2, 4, 5));
  queue.shift();
  expect(queue.first).toEqual(Uint8Array.of(1, 2, 3));
  queue.shift();
  expect([queue.first, queue.isEmpty]).toEqual([undefined, true]);
});

test('takes no more than its limit, and again after one has left', () => {
  const queue = new SendQueue(2);
  const frame = new Uint8Array(1);
  expect([1, 2, 3].map(() => queue.push(frame, 1, undefined))).toEqual([true, true, false]);
  queue.shift();
  expect(queue.push(frame, 1, undefined)).toBe(true);
  expect(queue.clear()).toBe(2);
  expect(queue.length).toBe(0);
});
