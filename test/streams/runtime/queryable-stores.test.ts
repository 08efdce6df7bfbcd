import { expect, it } from 'vitest';
import { allOf } from '../all-of.ts';
import { Serdes, StreamsBuilder } from '../../../src/streams/index.ts';
import {
  compositeKeyValueStore,
  compositeWindowStore,
  type QueriedTask,
} from '../../../src/streams/runtime/queryable-stores.ts';
import type { Task } from '../../../src/streams/runtime/task.ts';
import { TimeWindows } from '../../../src/streams/windows/time-windows.ts';
import { taskUnderTest } from './task-under-test.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

function taskOf(): Task {
  const builder = new StreamsBuilder();
  const stream = builder.stream('in', strings).groupByKey();
  stream.count({ storeName: 'counts', keySerde: Serdes.string });
  stream.windowedBy(TimeWindows.ofSizeWithNoGrace(10)).count({ storeName: 'per-window' });
  return taskUnderTest(builder.build());
}

it('refuses to read a store that is being restored, by its name, unless stale rows will do', async () => {
  const task = taskOf();
  let isRestoring = true;
  const tasks = (): readonly QueriedTask[] => [{ task, partition: 0, isRestoring }];
  const counts = compositeKeyValueStore<string, number>('counts', tasks, {});
  const windows = compositeWindowStore<string, number>('per-window', tasks, {});
  const refusal = { code: 'STORE_NOT_AVAILABLE', retriable: true };
  for (const reading of [
    () => counts.get('k'),
    () => allOf(counts.entries()),
    () => allOf(counts.range({ from: 'k' })),
    () => allOf(counts.prefixScan('k', Serdes.string)),
    () => allOf(counts.reverseAll()),
    () => allOf(counts.reverseRange({ from: 'k' })),
    () => counts.approximateNumEntries(),
    () => counts.pages()[Symbol.asyncIterator]().next(),
    () => windows.fetch('k', { fromMs: 0, toMs: 10 }),
    () => windows.backwardFetch('k', { fromMs: 0, toMs: 10 }),
    () => allOf(windows.entries()),
    () => allOf(windows.backwardAll()),
    () => allOf(windows.fetchAll({ fromMs: 0, toMs: 10 })),
    () => allOf(windows.backwardFetchAll({ fromMs: 0, toMs: 10 })),
    () => windows.pages()[Symbol.asyncIterator]().next(),
  ]) {
    await expect(reading()).rejects.toMatchObject({
      ...refusal,
      message: expect.stringMatching(/^the store (counts|per-window) of task 0_0 is being restored/),
    });
  }
  const stale = compositeKeyValueStore<string, number>('counts', tasks, { allowStale: true });
  expect(await allOf(stale.entries())).toEqual([]);
  isRestoring = false;
  expect(await allOf(counts.entries())).toEqual([]);
  task.close();
});
