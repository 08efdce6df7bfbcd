import { expect, it } from 'vitest';
import { assertDefined } from '../../../src/base/assert.ts';
import { Serdes, StreamsBuilder } from '../../../src/streams/index.ts';
import type { Task } from '../../../src/streams/runtime/task.ts';
import { taskUnderTest } from './task-under-test.ts';

function taskOf(): Task {
  const builder = new StreamsBuilder();
  builder.stream('in', { keySerde: Serdes.string, valueSerde: Serdes.string }).foreach(() => {});
  return taskUnderTest(builder.build());
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
