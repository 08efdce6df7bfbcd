import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { RepeatedWarnings } from '../../src/base/repeated-warnings.ts';
import { NO_HEADERS, Serdes, StreamsBuilder } from '../../src/streams/index.ts';
import { failureHandlers } from '../../src/streams/runtime/failures.ts';
import { inBytes, type OutputRecord } from '../../src/streams/runtime/record-collector.ts';
import { Task } from '../../src/streams/runtime/task.ts';
import { brokerTopicName } from '../../src/streams/runtime/topic-plan.ts';
import { CacheBudget } from '../../src/streams/state/cache-budget.ts';
import { topologies } from './oracle-topologies.ts';
import { EMIT_ALWAYS, historyOf, readRecordings, type Output, type Run } from './recordings.ts';
import { engines, rocksDbKinds, type EngineUnderTest } from './state/engines.ts';

/**
 * The same recordings on RocksDB with a cache that holds nothing: every record finds its state missing, reads it (or waits
 * for it, where reads are promises), and must go on exactly where it stood.
 */
describe.each(rocksDbKinds)('topologies answer the same when all state comes from %s RocksDB', (kind) => {
  let rocksdb: EngineUnderTest;
  let runs = 0;

  beforeAll(async () => {
    rocksdb = await (engines[`${kind} RocksDB`] ?? Promise.reject.bind(Promise))();
  });
  afterAll(() => rocksdb.close());

  async function replay(name: string, run: Run): Promise<Output[][]> {
    const builder = new StreamsBuilder();
    topologies[name]?.(builder);
    const topology = builder.build();
    const topicName = brokerTopicName(topology, 'app');
    const sources = [...topology.nodes.values()].flatMap((node) =>
      node.kind === 'source' ? node.topics : [],
    );
    const stores = [...topology.stores.keys()];
    const prefix = String.fromCharCode(1 + (runs >> 8), runs++ & 0xff);
    let sent: OutputRecord[] = [];
    const task = new Task({
      taskId: '0_0',
      applicationId: 'app',
      topology,
      nodeNames: [...topology.nodes.keys()],
      inputs: sources.map((topic) => ({ topic: topicName(topic), partition: 0 })),
      topicName,
      engineFor: (store) => ({
        engine: rocksdb.engine,
        prefix: prefix + String.fromCharCode(stores.indexOf(store)),
      }),
      budget: new CacheBudget(0),
      collector: { send: (record) => sent.push(inBytes(record)), partitionCount: () => 1 },
      handlers: failureHandlers({}),
      wallClockMs: () => 0,
      config: (key) => (EMIT_ALWAYS as Readonly<Record<string, number>>)[key],
      cachingEnabled: run.cached,
      logger: silentLogger,
      drops: new RepeatedWarnings(silentLogger, nodeEnvironment),
    });
    await task.open();
    let offset = 0;
    const enqueue = (topic: string, key: Buffer | null, value: Buffer | null, timestamp: number): boolean => {
      const queue = task.queues.find((each) => each.topic === topic);
      if (queue) task.addRecords(queue, [{ offset: offset++, timestamp, key, value, headers: NO_HEADERS }]);
      return queue !== undefined;
    };
    const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
    const answers: Output[][] = [];
    for (const step of run.steps) {
      const out: Output[] = [];
      enqueue(step.topic, bytes(step.key), bytes(step.value), step.ts);
      try {
        while (await task.processNext()) {
          await task.flushCaches();
          await rocksdb.engine.write((batch) => task.writeTo(batch));
          task.committed();
          // Twice: the first sweep only takes away the mark that an entry was used.
          task.evict();
          task.evict();
          for (const { topic, key, value, timestamp } of sent.splice(0)) {
            if (enqueue(topic, key, value, timestamp) || topic !== 'out') continue;
            out.push([
              key && Serdes.string.deserialize('', key),
              value && Serdes.string.deserialize('', value),
              timestamp,
            ]);
          }
        }
        answers.push(out);
      } catch {
        answers.push([['error', step.out[0]?.[1] ?? null, -1]]);
        sent = [];
      }
    }
    task.close();
    return answers;
  }

  it.each(readRecordings().map((recording) => [recording.name, recording] as const))(
    '%s',
    async (name, recording) => {
      for (const run of recording.runs) {
        const answers = await replay(name, run);
        run.steps.forEach((step, i) => expect(answers[i], historyOf(run, i)).toEqual(step.out));
      }
    },
  );
});
