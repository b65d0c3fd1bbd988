import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WorkQueue } from '../../src/host/work-queue.ts';

it('hands out what was put in, in order, whatever comes between', () => {
  const steps = fc.array(fc.option(fc.integer()), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (items) => {
      const queue = new WorkQueue<number>();
      const model: number[] = [];
      for (const item of items) {
        if (item === null) expect(queue.shift()).toBe(model.shift() ?? null);
        else {
          queue.push(item);
          model.push(item);
        }
        expect(queue.isEmpty).toBe(model.length === 0);
      }
    }),
  );
});
