import { expect, it } from 'vitest';
import { StatementLane } from '../../src/server/rest/statement-lane.ts';
import { VirtualTime } from '../broker/quorum/virtual-time.ts';

function laneThat(isAway: () => boolean, timers: VirtualTime): StatementLane {
  return new StatementLane({
    timers,
    waitMsMax: 20,
    onLate: () => (isAway() ? new Error('Kafka is away') : undefined),
  });
}

/** Work that ends when it is told to. */
function held(): { readonly work: () => Promise<string>; end(): void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended.then(() => 'held'), end: () => end() };
}

it('runs one after the other, also after one that has failed', async () => {
  const time = new VirtualTime();
  const lane = laneThat(() => false, time);
  const done: number[] = [];
  const runs = [0, 1, 2].map((number) =>
    lane.run(async () => {
      await time.sleep(5 - number);
      done.push(number);
      if (number === 0) throw new Error('no');
    }),
  );
  const ended = Promise.allSettled(runs);
  await time.run(100);
  expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(done).toEqual([0, 1, 2]);
});

it('waits for its turn as long as Kafka answers', async () => {
  const time = new VirtualTime();
  const lane = laneThat(() => false, time);
  const first = held();
  const runs = [lane.run(first.work), lane.run(() => Promise.resolve('second'))];
  await time.run(100);
  first.end();
  expect(await Promise.all(runs)).toEqual(['held', 'second']);
});

it('ends the waiting when Kafka is away, without running what waited, and the lane goes on in order', async () => {
  let isAway = true;
  const time = new VirtualTime();
  const lane = laneThat(() => isAway, time);
  const first = held();
  const running = lane.run(first.work);
  let hasRun = false;
  const late = lane.run(() => Promise.resolve((hasRun = true)));
  const told = expect(late).rejects.toThrow('Kafka is away');
  await time.run(20);
  await told;
  isAway = false;
  let firstHasEnded = false;
  const next = lane.run(() => Promise.resolve(firstHasEnded));
  await time.run(50);
  firstHasEnded = true;
  first.end();
  expect(await running).toBe('held');
  expect(await next).toBe(true);
  expect(hasRun).toBe(false);
});
