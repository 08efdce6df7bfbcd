import { expect, it } from 'vitest';
import { NameLocks } from '../../src/server/rest/name-locks.ts';
import { settle, VirtualTime } from '../broker/quorum/virtual-time.ts';

/** No time passes unless a test says so. */
const locksThatWait = (waitMsMax: number, timers = new VirtualTime()): NameLocks =>
  new NameLocks({ timers, waitMsMax, onLate: (text) => new Error(`waited for ${text}`) });

/** Work that ends when it is told to. */
function held(): { readonly work: () => Promise<void>; end(): void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ended, end: () => end() };
}

it('lets only those wait that have a name in common, in the order in which they came', async () => {
  const locks = locksThatWait(60_000);
  const order: string[] = [];
  const first = held();
  const done = (name: string) => async (): Promise<void> => void order.push(name);
  const runs = [
    locks.run(['a', 'b'], 'first', first.work),
    locks.run(['b', 'c'], 'second', done('second')),
    locks.run(['c'], 'third', done('third')),
    locks.run(['a'], 'fourth', done('fourth')),
  ];
  await locks.run(['d'], 'other', done('other'));
  await locks.run([], 'none', done('none'));
  expect(order).toEqual(['other', 'none']);
  first.end();
  await Promise.all(runs);
  expect(order.slice(2)).toEqual(['second', 'fourth', 'third']);
});

it('gives up after a while, names what it has waited for, and lets nobody pass who waits behind it', async () => {
  const time = new VirtualTime();
  const locks = locksThatWait(20, time);
  const first = held();
  const running = locks.run(['a'], 'CREATE STREAM a', first.work);
  let hasRun = false;
  const late = locks.run(['a', 'b'], 'late', async () => {
    hasRun = true;
  });
  const isTold = async (waiting: Promise<unknown>): Promise<void> => {
    const told = expect(waiting).rejects.toThrow('waited for CREATE STREAM a');
    await time.run(20);
    await told;
  };
  await isTold(late);
  await isTold(locks.run(['b'], 'behind', async () => undefined));
  first.end();
  await running;
  await locks.run(['a', 'b'], 'next', async () => undefined);
  expect(hasRun).toBe(false);
});

it('waits on as long as those before it come to an end', async () => {
  const time = new VirtualTime();
  const locks = locksThatWait(200, time);
  const runs = Array.from({ length: 8 }, (_, i) => locks.run(['a'], `${i}`, () => time.sleep(100)));
  // The first one begins before time passes.
  await settle();
  await time.run(800);
  await Promise.all(runs);
});

it('goes on after work that has failed', async () => {
  const locks = locksThatWait(60_000);
  await expect(locks.run(['a'], 'one', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await locks.run(['a'], 'two', async () => 2)).toBe(2);
});

it('keeps nobody that has ended, however many have waited for each other in turn', async () => {
  const LINKS = 20_000;
  const locks = locksThatWait(60_000);
  let last = held();
  let running = locks.run(['a'], 'first', last.work);
  // Somebody always has the name when the next one comes. A chain of all before would be too deep to go through.
  for (let link = 0; link < LINKS; link += 1) {
    const next = held();
    const waiting = locks.run(['a'], `${link}`, next.work);
    last.end();
    await running;
    [last, running] = [next, waiting];
  }
  last.end();
  await running;
});
