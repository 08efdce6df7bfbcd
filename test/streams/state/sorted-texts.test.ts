import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SortedTexts } from '../../../src/streams/state/sorted-texts.ts';

const text = fc.integer({ min: 0, max: 40 }).map((n) => String(n).padStart(2, '0'));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('add' as const), text }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), text }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('take' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('look' as const), text }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('compact' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('add sorted' as const),
      texts: fc.array(text, { maxLength: 8 }),
    }),
  },
);

it('texts come in order, whatever is added, gone and added again between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const live = new Set<string>();
      const sorted = new SortedTexts((each) => live.has(each));
      const inOrder = (): string[] => [...live].sort();
      for (const each of steps) {
        switch (each.type) {
          case 'add':
            live.add(each.text);
            sorted.add(each.text);
            break;
          case 'add sorted': {
            const added = [...new Set(each.texts)].sort();
            for (const one of added) live.add(one);
            sorted.addSorted(added);
            break;
          }
          case 'remove':
            live.delete(each.text);
            break;
          case 'take': {
            const first = sorted.takeFirst();
            expect(first).toBe(inOrder()[0]);
            if (first !== undefined) live.delete(first);
            break;
          }
          case 'look':
            expect(sorted.firstFrom(each.text)).toBe(inOrder().find((one) => one >= each.text));
            expect(sorted.last()).toBe(inOrder().at(-1));
            break;
          case 'compact':
            sorted.compact();
            expect(sorted.length).toBe(live.size);
            break;
        }
        const [least] = inOrder();
        if (least !== undefined) expect((sorted.lowerBound ?? least) <= least).toBe(true);
      }
      for (const expected of inOrder()) {
        expect(sorted.takeFirst()).toBe(expected);
        live.delete(expected);
      }
      expect(sorted.takeFirst()).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});

it('takes little memory for what was taken and what is gone', () => {
  const live = new Set<string>();
  const sorted = new SortedTexts((each) => live.has(each));
  for (let i = 0; i < 50_000; i++) {
    const next = String(i).padStart(8, '0');
    live.add(next);
    sorted.add(next);
    if (i < 100) continue;
    live.delete(sorted.takeFirst() ?? '');
  }
  expect(live.size).toBe(100);
  expect(sorted.length).toBeLessThan(5_000);
});
