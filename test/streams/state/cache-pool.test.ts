import { expect, it } from 'vitest';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { CachePool } from '../../../src/streams/state/cache-pool.ts';

it('lets one have what the others leave, up to its own limit', () => {
  const pool = new CachePool(1000);
  const [busy] = [new CacheBudget(900, pool), new CacheBudget(900, pool)];
  busy.use(900);
  expect(busy.isExceeded).toBe(false);
  busy.use(1);
  expect(busy.isExceeded).toBe(true);
});

it('has those make room that are beyond their share, by letting go or by a commit', () => {
  const pool = new CachePool(1000);
  const [hog, modest] = [new CacheBudget(5000, pool), new CacheBudget(5000, pool)];
  modest.use(450);
  modest.dirty(450);
  hog.use(550);
  hog.dirty(550);
  expect([hog.isExceeded, hog.wantsCommit]).toEqual([false, false]);
  hog.use(1);
  hog.dirty(1);
  expect([hog.isExceeded, hog.wantsCommit]).toEqual([true, true]);
  expect([modest.isExceeded, modest.wantsCommit]).toEqual([false, false]);
  hog.dirty(-551);
  hog.use(-1);
  expect([hog.isExceeded, hog.wantsCommit]).toEqual([false, false]);
});

it('shares anew when somebody comes, and gives back what one had who goes', () => {
  const pool = new CachePool(1000);
  const first = new CacheBudget(5000, pool);
  first.use(1000);
  expect(first.isExceeded).toBe(false);
  const second = new CacheBudget(5000, pool);
  second.use(200);
  expect([first.isExceeded, second.isExceeded]).toEqual([true, false]);
  second.close();
  second.close();
  expect([pool.usedBytes, pool.shareBytes, first.isExceeded]).toEqual([1000, 1000, false]);
  // A loop that was given up may still touch its stores.
  second.use(7);
  expect(pool.usedBytes).toBe(1000);
});

it('is committed when clean entries have no room, and in any case before all of it is uncommitted', () => {
  const budget = new CacheBudget(1000);
  budget.use(740);
  budget.dirty(740);
  expect([budget.wantsCommit, budget.mustCommit]).toEqual([false, false]);
  budget.use(300);
  expect([budget.wantsCommit, budget.mustCommit]).toEqual([true, false]);
  budget.dirty(-740);
  budget.dirty(500);
  expect([budget.wantsCommit, budget.mustCommit]).toEqual([false, false]);
  budget.use(-1040);
  budget.dirty(-500);
  budget.use(760);
  budget.dirty(760);
  expect([budget.wantsCommit, budget.mustCommit]).toEqual([true, true]);
});
