import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FewEntries } from '../../src/base/few-entries.ts';

const key = fc.nat(40);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('set' as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('clear' as const, 'empty' as const), key }) },
);

describe('FewEntries', () => {
  it('hold what a map holds, few or many', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const few = new FewEntries<number, number>();
        const map = new Map<number, number>();
        for (const [i, each] of steps.entries()) {
          if (each.do === 'set') {
            few.set(each.key, i);
            map.set(each.key, i);
          } else if (each.do === 'delete') {
            few.delete(each.key);
            map.delete(each.key);
          } else if (each.do === 'clear') {
            few.clear();
            map.clear();
          } else {
            for (const [known] of few.entries()) few.delete(known);
            map.clear();
          }
          expect(few.size).toBe(map.size);
          expect(few.get(each.key)).toBe(map.get(each.key));
          expect(few.has(each.key)).toBe(map.has(each.key));
          expect(new Map(few.entries())).toEqual(map);
        }
      }),
    );
  });
});
