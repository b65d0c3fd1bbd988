import { describe, expect, it } from 'vitest';
import type { HostedConnection } from '../../src/index.ts';
import { SynQueue } from '../../src/connections/syn-queue.ts';
import { Bench } from '../bench.ts';

function queueOf(bench: Bench, count: number): { queue: SynQueue; all: HostedConnection[] } {
  const all = Array.from({ length: count }, () => bench.connect());
  const queue = new SynQueue();
  for (const hosted of all) queue.add(hosted);
  return { queue, all };
}

describe('half-open connections in a queue', () => {
  it('leave from anywhere, each once, and nothing else leaves', () => {
    const bench = new Bench();
    const { queue, all } = queueOf(bench, 50);
    const inside = new Set(all);
    for (let i = 0; inside.size > 0; i += 7) {
      const leaving = all[i % all.length];
      if (leaving === undefined) break;
      expect(queue.delete(leaving)).toBe(inside.delete(leaving));
      expect([queue.size, new Set(queue)]).toEqual([inside.size, inside]);
    }
    expect(queue.size).toBe(0);
  });

  it('may come back after they left, alone or with all others', () => {
    const bench = new Bench();
    const { queue, all } = queueOf(bench, 3);
    const [first, second, third] = all;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three');
    queue.delete(first);
    queue.add(first);
    expect([...queue]).toEqual([third, second, first]);
    expect(queue.takeAll()).toEqual([third, second, first]);
    expect([queue.size, queue.delete(second)]).toEqual([0, false]);
    queue.add(second);
    expect([...queue]).toEqual([second]);
  });

  it('are those of one queue: another does not let them go', () => {
    const bench = new Bench();
    const mine = queueOf(bench, 2);
    const others = queueOf(bench, 2);
    for (const hosted of others.all) expect(mine.queue.delete(hosted)).toBe(false);
    expect([mine.queue.size, others.queue.size]).toEqual([2, 2]);
  });
});
