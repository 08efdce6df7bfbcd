import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { StatementLane } from '../../src/server/rest/statement-lane.ts';

const { timers } = nodeEnvironment;

function laneThat(isAway: () => boolean): StatementLane {
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
  const lane = laneThat(() => false);
  const done: number[] = [];
  const runs = [0, 1, 2].map((number) =>
    lane.run(async () => {
      await timers.sleep(5 - number);
      done.push(number);
      if (number === 0) throw new Error('no');
    }),
  );
  expect((await Promise.allSettled(runs)).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect(done).toEqual([0, 1, 2]);
});

it('waits for its turn as long as Kafka answers', async () => {
  const lane = laneThat(() => false);
  const first = held();
  const runs = [lane.run(first.work), lane.run(() => Promise.resolve('second'))];
  await timers.sleep(100);
  first.end();
  expect(await Promise.all(runs)).toEqual(['held', 'second']);
});

it('ends the waiting when Kafka is away, without running what waited, and the lane goes on in order', async () => {
  let isAway = true;
  const lane = laneThat(() => isAway);
  const first = held();
  const running = lane.run(first.work);
  let hasRun = false;
  const late = lane.run(() => Promise.resolve((hasRun = true)));
  await expect(late).rejects.toThrow('Kafka is away');
  isAway = false;
  let firstHasEnded = false;
  const next = lane.run(() => Promise.resolve(firstHasEnded));
  await timers.sleep(50);
  firstHasEnded = true;
  first.end();
  expect(await running).toBe('held');
  expect(await next).toBe(true);
  expect(hasRun).toBe(false);
});
