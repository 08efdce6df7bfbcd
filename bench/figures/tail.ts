import { runApp } from '../harness/apps.ts';
import {
  type BrokerUnderTest,
  consumeWithTool,
  producedMegabytesPerSecond,
  produceWithTool,
  sharedBrokers,
  withTopic,
} from '../harness/brokers.ts';
import type { Figure, RunSize } from '../harness/figure.ts';

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
        await produceWithTool(broker, { topic, count: TAIL_RECORDS, recordBytes: RECORD_BYTES });
        const records = size.quick ? 500_000 : 2_000_000;
        return runApp('tail-fetch', [broker.bootstrap, topic, records]);
      });
    }),
};

/** What Kafka's tools produce as fast as it goes, while a group of one consumes it and keeps up. */
export const consumeBehindProducer: Figure = {
  name: 'broker produce with a consumer at the tail, 1 KiB, acks=1, 6 partitions',
  unit: 'MB/s',
  bound: { atLeast: 1 },
  prepare: (size) =>
    sharedBrokers(size, (broker, run) => {
      const topic = `behind-${run}`;
      return withTopic(broker, { topic, partitions: PARTITIONS }, () =>
        produceAndConsume(broker, topic, size),
      );
    }),
};

async function produceAndConsume(
  broker: BrokerUnderTest,
  topic: string,
  { quick }: RunSize,
): Promise<number> {
  const count = quick ? 125_000 : 500_000;
  const [produced] = await Promise.all([
    produceWithTool(broker, { topic, count, recordBytes: RECORD_BYTES }),
    consumeWithTool(broker, { topic, count }),
  ]);
  return producedMegabytesPerSecond(produced);
}
