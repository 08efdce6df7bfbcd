import { expect, it } from 'vitest';
import { SlicedWork } from '../../../broker/replication/sliced-work.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';

const { clock, timers } = nodeEnvironment;

function items(prefix: string, count: number): ReadonlyMap<string, string> {
  const names = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  return new Map(names.map((name) => [name, name]));
}

it('does few items at once, many in slices, and each that waits only once', async () => {
  const done: string[] = [];
  const work = new SlicedWork<string>({ clock, timers, run: (item) => done.push(item) });
  work.add(items('few', 3));
  expect(done).toEqual(['few-0', 'few-1', 'few-2']);
  work.add(items('many', 1000));
  expect(done.length).toBeLessThan(100);
  // Few do not wait behind the many.
  work.add(items('late', 1));
  expect(done.at(-1)).toBe('late-0');
  work.add(items('many', 1000));
  await expect.poll(() => work.size).toBe(0);
  // What was done before it was added again is done again, the rest once.
  const early = 2 * 32;
  expect(done.filter((item) => item.startsWith('many')).length).toBeLessThanOrEqual(1000 + early);
  expect(new Set(done).size).toBe(1004);
});

it('does nothing after it was closed', async () => {
  const done: string[] = [];
  const work = new SlicedWork<string>({ clock, timers, run: (item) => done.push(item) });
  work.add(items('many', 1000));
  work.close();
  const count = done.length;
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(done).toHaveLength(count);
});
