import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { newNodeWorkers } from '../../src/base/io/node-workers.ts';
import { task } from '../../src/sql/engine/parse-task.ts';

const input = { script: 'SHOW STREAMS;', variables: new Map<string, string>() };

it('can be ended at any time, also while they load their modules, and started again', async () => {
  const workers = newNodeWorkers();
  for (let count = 0; count < 12; count++) {
    const answer = workers.run(task, input).then(
      () => 'answered',
      (error: unknown) => String(error),
    );
    await sleep(count * 40);
    await workers.end();
    expect(['answered', 'Error: the worker thread was ended']).toContain(await answer);
  }
  expect(await workers.run(task, input)).toHaveProperty('statements');
  await workers.end();
});
