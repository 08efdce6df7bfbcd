import fc from 'fast-check';
import { expect, describe, it } from 'vitest';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { int64Text } from '../../../src/streams/state/key-codec.ts';
import { TimeOrderedRows } from '../../../src/streams/state/time-ordered-rows.ts';
import { UncommittedRows } from '../../../src/streams/state/uncommitted-rows.ts';
import { engines } from './engines.ts';

const codec = {
  encode: (_key: string, row: number) => Buffer.from(String(row)),
  decode: (_key: string, bytes: Buffer) => Number(bytes.toString()),
};

const at = fc.record({ time: fc.nat(30), key: fc.constantFrom('a', 'b', 'c') });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('put' as const), at, row: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), at }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('get' as const), at }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('take' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('look' as const), at }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('commit' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reopen' as const) }) },
);

describe.each(Object.entries(engines))('rows in order on %s', (_name, open) => {
  it('are what a sorted map has, whatever is in memory', async () => {
    const under = await open();
    const { engine } = under;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom(0, 700, 2_000),
        async (steps, bytesMax) => {
          const prefix = `p${String.fromCharCode(runs >> 7, runs++ & 127)}`;
          const budget = new CacheBudget(bytesMax);
          const make = () => {
            const uncommitted = new UncommittedRows<number>();
            return { uncommitted, rows: new TimeOrderedRows({ engine, prefix, codec, budget, uncommitted }) };
          };
          let { uncommitted, rows } = make();
          let model = new Map<string, number>();
          let committed = new Map<string, number>();
          const keyOf = (place: { time: number; key: string }): string => int64Text(place.time) + place.key;
          const inOrder = (): string[] => [...model.keys()].sort();
          await rows.open();
          for (const each of steps) {
            switch (each.type) {
              case 'put':
                model.set(keyOf(each.at), each.row);
                rows.put(keyOf(each.at), each.row);
                break;
              case 'delete':
                model.delete(keyOf(each.at));
                rows.delete(keyOf(each.at), 7);
                break;
              case 'get':
                await rows.load(keyOf(each.at));
                expect(rows.get(keyOf(each.at))).toBe(model.get(keyOf(each.at)));
                break;
              case 'take': {
                await rows.loadFirst();
                const first = rows.first();
                expect(first).toBe(inOrder()[0]);
                if (first === undefined) break;
                expect(rows.get(first)).toBe(model.get(first));
                model.delete(first);
                rows.delete(first, 7);
                break;
              }
              case 'look': {
                const key = keyOf(each.at);
                expect(await rows.firstFrom(key)).toBe(inOrder().find((one) => one >= key));
                expect(await rows.last()).toBe(inOrder().at(-1));
                break;
              }
              case 'commit':
                await engine.write((batch) => uncommitted.writeTo(batch));
                uncommitted.committed();
                rows.evict();
                committed = new Map(model);
                expect(budget.dirtyBytes).toBe(0);
                expect(budget.usedBytes).toBeLessThanOrEqual(bytesMax);
                break;
              case 'reopen':
                rows.close();
                expect(budget.usedBytes).toBe(0);
                ({ uncommitted, rows } = make());
                await rows.open();
                model = new Map(committed);
                break;
            }
            const [least] = inOrder();
            const leastMs = least === undefined ? Number.POSITIVE_INFINITY : least.charCodeAt(7);
            expect(rows.timeMin).toBeLessThanOrEqual(leastMs);
          }
          await rows.loadFirst();
          const [least] = inOrder();
          expect(rows.timeMin).toBe(least === undefined ? Number.POSITIVE_INFINITY : least.charCodeAt(7));
          rows.close();
        },
      ),
      { numRuns: 100 },
    );
    await under.close();
  });
});
