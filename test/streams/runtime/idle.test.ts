import path from 'node:path';
import { expect, it } from 'vitest';
import { OperationalError } from '../../../src/base/errors.ts';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { Serdes, StreamsApp, StreamsBuilder } from '../../../src/streams/index.ts';
import { Intake } from '../../../src/streams/runtime/intake.ts';
import { ThreadMetrics } from '../../../src/streams/runtime/thread-metrics.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** An intake without tasks, and how long it has polled for; its polls last until they are woken. */
function emptyIntake(nowMs: number) {
  const polls: number[] = [];
  let wakeup: () => void = () => undefined;
  const intake = new Intake({
    consumer: {
      poll: (timeoutMs) => {
        polls.push(timeoutMs);
        return new Promise((_resolve, reject) => {
          wakeup = () => reject(new OperationalError('WAKEUP', 'woken up', { retriable: true }));
        });
      },
      wakeup: () => wakeup(),
      pause: () => undefined,
      resume: () => undefined,
    },
    settings: {
      ...{ pollMs: 100, bufferedRecordsMax: 1_000 },
      environment: { ...environment, clock: { nowMs: () => nowMs, monotonicMs: () => nowMs } },
    },
    restorer: { isIdle: true, isRestoring: () => false },
    metrics: new ThreadMetrics(environment, silentLogger),
  });
  return { intake, polls, wakeup: () => wakeup() };
}

it('a loop without work waits until something is due, or it comes round together with all others', async () => {
  for (const { nowMs, dueInMs, waits } of [
    { nowMs: 60_000, dueInMs: NEVER, waits: 5_000 },
    { nowMs: 63_500, dueInMs: NEVER, waits: 1_500 },
    { nowMs: 64_999.5, dueInMs: NEVER, waits: 5_000.5 },
    { nowMs: 60_000, dueInMs: 700, waits: 700 },
    { nowMs: 60_000, dueInMs: 3, waits: 100 },
  ]) {
    const { intake, polls } = emptyIntake(nowMs);
    const polling = intake.poll({ hasWork: false, dueInMs });
    intake.wake();
    expect(await polling).toEqual([]);
    expect(polls).toEqual([waits]);
  }
});

it('a poll that somebody else has woken ends with that', async () => {
  const { intake, polls, wakeup } = emptyIntake(0);
  const polling = intake.poll({ hasWork: true, dueInMs: NEVER });
  wakeup();
  await expect(polling).rejects.toMatchObject({ code: 'WAKEUP' });
  expect(polls).toEqual([0]);
});

it('an application that has nothing to do commits nothing, and goes on when it has', {
  timeout: PATIENCE_MS,
}, async () => {
  const around = await brokerAndFolder();
  const { bootstrapServers, folder } = around;
  const builder = new StreamsBuilder();
  const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
  builder.stream('in', strings).groupByKey().count().toStream().mapValues(String).to('out', strings);
  const app = new StreamsApp({
    ...{ environment, bootstrapServers, applicationId: 'idle', topology: builder.build() },
    stateDir: path.join(folder, 'state'),
    // Each round is due for a commit, and they come one after the other: time goes on where the input is idle.
    ...{ commitIntervalMs: 1, pollMs: 1, idleSourceMs: 0 },
  });
  try {
    await createTopics(environment, bootstrapServers, { in: 1, out: 1 });
    await app.start();
    for (let count = 1; count <= 2; count++) {
      await produce(environment, bootstrapServers, [{ topic: 'in', key: 'x', value: '' }]);
      await waitFor(environment, `${count} records`, () => app.metrics().totals.processed === count);
      let seen = { rounds: 0, commits: 0 };
      await waitFor(environment, 'twenty rounds without a commit', () => {
        const { rounds = 0, commits = 0 } = app.metrics().threads[0] ?? {};
        if (commits !== seen.commits) seen = { rounds, commits };
        return seen.commits > 0 && rounds - seen.rounds >= 20;
      });
    }
  } finally {
    await app.close();
    await around.close();
  }
});
