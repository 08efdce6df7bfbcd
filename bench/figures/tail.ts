import { runApp } from '../harness/apps.ts';
import { produceWithTool, sharedBrokers, withTopic } from '../harness/brokers.ts';
import type { Figure } from '../harness/figure.ts';

const RECORD_BYTES = 1_024;
const PARTITIONS = 6;
/** What is read again and again: less than a broker of ours keeps in memory. */
const TAIL_RECORDS = 12_000;

/** Records per second that one client, ours, gets from a small topic that it consumes again and again. */
export const consumeTail: Figure = {
  name: 'broker consume from the tail cache, 1 KiB, 6 partitions',
  unit: 'records/s',
  bound: { atLeast: 1 },
  prepare: (size) =>
    sharedBrokers(size, (broker, run) => {
      const topic = `tail-${run}`;
      return withTopic(broker, { topic, partitions: PARTITIONS }, async () => {
        const load = { topic, count: TAIL_RECORDS, recordBytes: RECORD_BYTES };
        await produceWithTool(broker, load);
        const records = size.quick ? 500_000 : 2_000_000;
        return runApp('tail-fetch', [broker.bootstrap, topic, records]);
      });
    }),
};
