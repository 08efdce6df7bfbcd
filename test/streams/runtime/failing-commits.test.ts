import path from 'node:path';
import { expect, it } from 'vitest';
import type { Environment } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { Serdes, StreamsApp, StreamsBuilder } from '../../../src/streams/index.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';
import { withoutOffsetCommits } from './offset-commits.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
/** Less than `task.timeout.ms`, and twice as much is more. */
const WHILE_MS = 200_000;

it('commits may fail for five minutes, again and again, and for no longer', async () => {
  const around = await brokerAndFolder();
  const { bootstrapServers, folder } = around;
  let passedMs = 0;
  let isBroken = false;
  let warnings = 0;
  const later: Environment = {
    ...nodeEnvironment,
    clock: {
      nowMs: () => nodeEnvironment.clock.nowMs() + passedMs,
      monotonicMs: () => nodeEnvironment.clock.monotonicMs() + passedMs,
    },
  };
  const environment = withoutOffsetCommits(later, () => isBroken);
  const logger: Logger = {
    ...silentLogger,
    warn: (message) => {
      if (message.startsWith('could not commit')) warnings++;
    },
    child: () => logger,
  };
  const builder = new StreamsBuilder();
  builder.stream('in', strings).to('out', strings);
  const app = new StreamsApp({
    ...{ environment, bootstrapServers, applicationId: 'failing', topology: builder.build(), logger },
    stateDir: path.join(folder, 'state'),
    commitIntervalMs: 10,
    consumer: { defaultApiTimeoutMs: 1_000 },
  });
  const commits = (): number => app.metrics().threads[0]?.commits ?? 0;
  const hasWarned = (): Promise<void> => {
    const before = warnings;
    return waitFor(nodeEnvironment, 'a commit that fails', () => warnings > before || app.state === 'ERROR');
  };
  const sendOne = (): Promise<void> =>
    produce(nodeEnvironment, bootstrapServers, [{ topic: 'in', key: 'x', value: '' }]);
  try {
    await createTopics(nodeEnvironment, bootstrapServers, { in: 1, out: 1 });
    await app.start();
    await waitFor(nodeEnvironment, 'running', () => app.state === 'RUNNING');
    for (let round = 0; round < 2; round++) {
      isBroken = true;
      await sendOne();
      await hasWarned();
      passedMs += WHILE_MS;
      await hasWarned();
      expect(app.state).not.toBe('ERROR');
      const before = commits();
      isBroken = false;
      await waitFor(nodeEnvironment, 'a commit', () => commits() > before);
    }
    isBroken = true;
    await sendOne();
    for (let times = 0; times < 2; times++) {
      await hasWarned();
      passedMs += WHILE_MS;
    }
    await waitFor(nodeEnvironment, 'the end', () => app.state === 'ERROR');
  } finally {
    await app.close();
    await around.close();
  }
});
