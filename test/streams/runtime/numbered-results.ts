import path from 'node:path';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, Consumer, type IsolationLevel } from '../../../src/client/index.ts';
import { Serdes, StreamsBuilder, type StreamsAppOptions, type Topology } from '../../../src/streams/index.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { createTopics, produce } from './app-under-test.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** Topics of one test, and how many partitions they have. */
export interface NumberedTopics {
  readonly input: string;
  readonly output: string;
  readonly partitions: number;
}

/**
 * Counts the records of each key, where every count is a result: those of a key of n records are 1 to n. A record that is lost, that
 * counts twice, or whose result is told twice is seen at once.
 */
export function numberingTopology(
  { input, output }: NumberedTopics,
  store: {
    readonly storeType?: 'rocksdb' | 'memory';
    readonly loggingEnabled?: boolean;
    /** Whether the records go over a topic of the application. */
    readonly isRepartitioned?: boolean;
  } = {},
): Topology {
  const { isRepartitioned = false, ...settings } = store;
  const builder = new StreamsBuilder();
  const records = builder.stream(input, strings);
  const grouped = isRepartitioned ? records.groupBy((_key, value) => value, strings) : records.groupByKey();
  grouped
    .count({ storeName: 'counts', keySerde: Serdes.string, ...settings })
    .toStream()
    .mapValues(String)
    .to(output, strings);
  return builder.build();
}

/** What such an application has in common, with the state in a folder of its name. */
export function exactlyOnceOptions(
  applicationId: string,
  at: { readonly bootstrapServers: string; readonly folder: string },
): Omit<StreamsAppOptions, 'topology'> {
  return {
    environment,
    applicationId,
    bootstrapServers: at.bootstrapServers,
    stateDir: path.join(at.folder, applicationId),
    processingGuarantee: 'exactly_once_v2',
    // Each count is a result.
    cacheBytesMax: 0,
    consumer: { heartbeatIntervalMs: 300, sessionTimeoutMs: 6_000 },
  };
}

export async function createNumberedTopics(
  bootstrapServers: string,
  name: string,
  partitions = 1,
): Promise<NumberedTopics> {
  const topics = { input: `${name}-in`, output: `${name}-out`, partitions };
  await createTopics(environment, bootstrapServers, {
    [topics.input]: partitions,
    [topics.output]: partitions,
  });
  return topics;
}

const keyOf = (i: number, keys: number): string => `key-${i % keys}`;

/** Writes records of so many keys in turn; key and value are the same. */
export function produceNumbered(
  bootstrapServers: string,
  { input }: NumberedTopics,
  { from = 0, count, keys }: { readonly from?: number; readonly count: number; readonly keys: number },
): Promise<void> {
  const records = Array.from({ length: count }, (_, i) => {
    const key = keyOf(from + i, keys);
    return { topic: input, key, value: key };
  });
  return produce(environment, bootstrapServers, records);
}

/** The results of so many records. */
export function numberedResults(count: number, keys: number): Readonly<Record<string, readonly number[]>> {
  const results: Record<string, number[]> = {};
  for (let i = 0; i < count; i++) {
    const told = (results[keyOf(i, keys)] ??= []);
    told.push(told.length + 1);
  }
  return results;
}

/** All results that are there now, by key, as a consumer of this isolation reads them. */
export async function resultsNow(
  bootstrapServers: string,
  topics: NumberedTopics,
  isolationLevel: IsolationLevel = 'read_committed',
): Promise<Readonly<Record<string, readonly number[]>>> {
  const reader = new ResultReader(bootstrapServers, topics, isolationLevel);
  try {
    await reader.readOn();
    return reader.results;
  } finally {
    await reader.close();
  }
}

/** Reads results on from where it has come. */
class ResultReader {
  readonly results: Record<string, number[]> = {};
  count = 0;
  readonly #consumer: Consumer;
  readonly #partitions: readonly { readonly topic: string; readonly partition: number }[];

  constructor(
    bootstrapServers: string,
    { output, partitions }: NumberedTopics,
    isolationLevel: IsolationLevel,
  ) {
    const autoOffsetReset = 'earliest';
    this.#consumer = new Consumer({ environment, bootstrapServers, isolationLevel, autoOffsetReset });
    this.#partitions = Array.from({ length: partitions }, (_, partition) => ({ topic: output, partition }));
    this.#consumer.assign(this.#partitions);
  }

  /** Reads all that is there now. */
  async readOn(): Promise<void> {
    const ends = await this.#consumer.endOffsets(this.#partitions);
    while (ends.some((end) => (this.#consumer.positionNow(end) ?? 0) < end.offset)) {
      for (const { records } of await this.#consumer.poll(100)) {
        for (const { key, value } of records) (this.results[String(key)] ??= []).push(Number(String(value)));
        this.count += records.length;
      }
    }
  }

  close(): Promise<void> {
    return this.#consumer.close();
  }
}

/** Waits until so many results are committed, as long as more come, and answers them when nothing more comes for a moment. */
export async function resultsOf(
  bootstrapServers: string,
  topics: NumberedTopics,
  count: number,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const reader = new ResultReader(bootstrapServers, topics, 'read_committed');
  try {
    while (reader.count < count) {
      const before = reader.count;
      await until(`more than ${before} of ${count} results`, async () => {
        await reader.readOn();
        return reader.count > before;
      });
    }
    await environment.timers.sleep(100);
    await reader.readOn();
    return reader.results;
  } finally {
    await reader.close();
  }
}

/** Waits for a condition, in tests that run side by side, too. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const { clock, timers } = environment;
  const deadlineMs = clock.monotonicMs() + PATIENCE_MS;
  while (!(await condition())) {
    if (clock.monotonicMs() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await timers.sleep(100);
  }
}

/** The offsets that the group has committed, over all partitions of a topic. */
export async function committedOffsets(
  bootstrapServers: string,
  groupId: string,
  topic: string,
): Promise<number> {
  const admin = new Admin({ environment, bootstrapServers });
  try {
    const offsets = await admin.listConsumerGroupOffsets(groupId);
    return offsets.filter((each) => each.topic === topic).reduce((sum, { offset }) => sum + offset, 0);
  } finally {
    await admin.close();
  }
}
