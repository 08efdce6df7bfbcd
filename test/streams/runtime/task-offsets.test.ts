import { expect, it } from 'vitest';
import { assertDefined } from '../../../src/base/assert.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { RepeatedWarnings } from '../../../src/base/repeated-warnings.ts';
import { Serdes, StreamsBuilder } from '../../../src/streams/index.ts';
import { failureHandlers } from '../../../src/streams/runtime/failures.ts';
import { Task } from '../../../src/streams/runtime/task.ts';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { MemoryEngine } from '../../../src/streams/state/memory-engine.ts';

function taskOf(): Task {
  const builder = new StreamsBuilder();
  builder.stream('in', { keySerde: Serdes.string, valueSerde: Serdes.string }).foreach(() => {});
  const topology = builder.build();
  const engine = new MemoryEngine();
  return new Task({
    taskId: '0_0',
    applicationId: 'app',
    topology,
    nodeNames: [...topology.nodes.keys()],
    inputs: [{ topic: 'in', partition: 0 }],
    topicName: (name) => name,
    engineFor: () => ({ engine, prefix: '' }),
    budget: new CacheBudget(1 << 20),
    collector: { send() {}, partitionCount: () => 1 },
    handlers: failureHandlers({}),
    wallClockMs: () => 0,
    config: () => undefined,
    cachingEnabled: false,
    logger: silentLogger,
    drops: new RepeatedWarnings(silentLogger, nodeEnvironment),
  });
}

const record = (offset: number) => ({ offset, timestamp: offset, key: null, value: null, headers: [] });

it('commits where it is, past what is no record, and only what has moved', () => {
  const task = taskOf();
  const queue = assertDefined(task.queues[0], 'a queue');
  const committable = (position: number | undefined): readonly number[] =>
    task.offsets.committable(() => position).map(({ offset }) => offset);
  // Nothing processed: the position is that of the last commit, or nobody's yet.
  expect(committable(3)).toEqual([]);
  task.addRecords(queue, [record(3), record(4)]);
  void task.processNext();
  // The consumer is ahead of what is queued.
  expect(committable(7)).toEqual([4]);
  void task.processNext();
  // Two markers of transactions follow.
  expect(committable(7)).toEqual([7]);
  task.offsets.committed();
  expect(committable(7)).toEqual([]);
  expect(committable(undefined)).toEqual([]);
  // A transaction that wrote elsewhere has ended: its marker is the only news.
  expect(committable(8)).toEqual([8]);
});
