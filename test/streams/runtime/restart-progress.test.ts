import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Consumer, Producer } from '../../../src/client/index.ts';
import {
  type KTable,
  Serdes,
  SessionWindows,
  StreamsApp,
  StreamsBuilder,
  TimeWindows,
  type Topology,
  type Windowed,
} from '../../../src/streams/index.ts';
import { decodeTopicPartitionMetadata } from '../../../src/streams/runtime/topic-partition-metadata.ts';
import { createTopics, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';
import { topicContents } from './topic-contents.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const counts = { storeName: 'counts', keySerde: Serdes.string };
let folder: string;
let bootstrapServers: string;

function topologyOf(kind: 'windows' | 'sessions'): Topology {
  const builder = new StreamsBuilder();
  const grouped = builder.stream('in', strings).groupByKey();
  const table: KTable<Windowed<string>, number> = kind === 'windows'
    ? grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(10)).emitStrategy('on-window-close').count(counts)
    : grouped
        .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(5))
        .emitStrategy('on-window-close')
        .count(counts);
  table
    .toStream()
    .selectKey(({ key, window }) => `${key}@${window.startMs}`)
    .mapValues(String)
    .to('out', strings);
  return builder.build();
}

async function produce(...records: readonly (readonly [key: string, timestamp: number])[]): Promise<void> {
  const producer = new Producer({ environment, bootstrapServers });
  for (const [key, timestamp] of records) producer.send({ topic: 'in', key, value: 'x', timestamp });
  await producer.close();
}

/** Runs an instance until it has processed so many records, then stops it. */
async function runFor(processed: number, topology: Topology, stateDir: string): Promise<void> {
  const app = new StreamsApp({
    environment,
    applicationId: 'final',
    bootstrapServers,
    topology,
    stateDir,
    commitIntervalMs: 60_000,
    config: { '__emit.interval.ms.kstreams.windowed.aggregation__': 0 },
  });
  await app.start();
  await waitFor(
    environment,
    `${processed} records`,
    () => app.metrics().tasks['0_0']?.processed === processed,
  );
  await app.close();
}

const outputs = (): Promise<readonly string[]> => topicContents('out', { environment, bootstrapServers });

describe('an application that emits final windows', () => {
  beforeEach(async () => {
    const around = await brokerAndFolder();
    ({ bootstrapServers, folder } = around);
    await createTopics(environment, bootstrapServers, { in: 1, out: 1 });
    return () => around.close();
  });

  it.each([
    ['windows', 'its state', 'one', ['a@0=2', 'b@10=1', 'b@20=1']],
    ['windows', 'the changelog only', 'other', ['a@0=2', 'b@10=1', 'b@20=1']],
    ['sessions', 'its state', 'one', ['a@0=2', 'b@12=1', 'b@21=1']],
    ['sessions', 'the changelog only', 'other', ['a@0=2', 'b@12=1', 'b@21=1']],
  ] as const)(
    'emits %s once over restarts with %s, and drops late records',
    async (kind, _with, second, expected) => {
      const topology = topologyOf(kind);
      await produce(['a', 0], ['a', 4], ['b', 12]);
      await runFor(3, topology, path.join(folder, 'one'));
      expect(await outputs()).toEqual(expected.slice(0, 1));

      await produce(['a', 3], ['b', 21]);
      await runFor(2, topology, path.join(folder, second));
      expect(await outputs()).toEqual(expected.slice(0, 2));

      await produce(['a', 1], ['b', 11], ['a', 32]);
      await runFor(3, topology, path.join(folder, second));
      expect(await outputs()).toEqual(expected);
    },
  );

  it("commits the partition's time, and what was emitted under the store's name", async () => {
    await produce(['a', 0], ['a', 4], ['b', 12], ['b', 11]);
    await runFor(4, topologyOf('windows'), path.join(folder, 'one'));
    const consumer = new Consumer({ environment, bootstrapServers, groupId: 'final' });
    const [committed] = await consumer.committed([{ topic: 'in', partition: 0 }]);
    await consumer.close();
    expect(committed?.offset).toBe(4);
    const metadata = decodeTopicPartitionMetadata(committed?.metadata ?? '');
    expect(metadata?.partitionTime).toBe(12);
    expect(metadata?.processorMetadata.get('counts')).toBe(12);
  });

  it('tells where it is before its first record after a restart', async () => {
    const topology = topologyOf('windows');
    await produce(['a', 0], ['a', 4], ['b', 12]);
    await runFor(3, topology, folder);
    const app = new StreamsApp({
      environment,
      applicationId: 'final',
      bootstrapServers,
      topology,
      stateDir: folder,
    });
    await app.start();
    const input = () => app.metrics().tasks['0_0']?.inputs[0];
    await waitFor(environment, 'the first fetch', () => input()?.lag !== undefined);
    expect(input()).toEqual({ topic: 'in', partition: 0, offset: 3, startOffset: 0, endOffset: 3, lag: 0 });
    await app.close();
  });
});
