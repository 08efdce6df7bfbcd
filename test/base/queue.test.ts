import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Queue } from '../../src/base/queue.ts';

it('does what an array does, whatever is pushed and taken', () => {
  const counts = fc.integer({ min: -3_000, max: 3_000 });
  fc.assert(
    fc.property(fc.array(counts, { maxLength: 30 }), (steps) => {
      const queue = new Queue<number>();
      const taken: (number | undefined)[] = [];
      const expected: (number | undefined)[] = [];
      let pushed = 0;
      let next = 0;
      for (const step of steps) {
        for (let i = 0; i < step; i++) queue.push(pushed++);
        for (let i = step; i < 0; i++) {
          const head = next < pushed ? next++ : undefined;
          expected.push(head, head);
          taken.push(queue.first, queue.shift());
        }
        expect(queue.length).toBe(pushed - next);
      }
      expect(taken).toEqual(expected);
      queue.clear();
      expect([queue.length, queue.shift()]).toEqual([0, undefined]);
    }),
    { numRuns: 20 },
  );
});
