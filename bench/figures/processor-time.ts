import {
  type BrokerUnderTest,
  bothBrokers,
  consumeWithTool,
  createTopic,
  produceWithTool,
} from '../harness/brokers.ts';
import type { Figure, RunSize } from '../harness/figure.ts';

const RECORD_BYTES = 1_024;
const PARTITIONS = 6;
const BYTES_PER_GB = 1e9;

const records = ({ quick }: RunSize): number => (quick ? 300_000 : 1_000_000);

/** Processor time of the broker, user and system, in seconds per GB of records that `load` moves. */
async function secondsPerGb(
  broker: BrokerUnderTest,
  count: number,
  load: () => Promise<unknown>,
): Promise<number> {
  const before = broker.process.processorSeconds();
  await load();
  return (broker.process.processorSeconds() - before) / ((count * RECORD_BYTES) / BYTES_PER_GB);
}

/**
 * What a GB in costs. It says more than throughput where clients and broker share a machine, and it does not depend on
 * who else is busy there.
 */
export const processorTimeIn: Figure = {
  name: 'processor time of the broker per GB in, 1 KiB, acks=1, 6 partitions',
  unit: 's/GB',
  bound: { atMost: 0.8 },
  prepare: (size) =>
    bothBrokers(size, async (broker, run) => {
      const topic = `produce-${run}`;
      await createTopic(broker.bootstrap, topic, PARTITIONS);
      const load = { topic, count: records(size), recordBytes: RECORD_BYTES };
      return secondsPerGb(broker, load.count, () => produceWithTool(broker, load));
    }),
};

/** What a GB out costs, nearly all of it from the page cache. */
export const processorTimeOut: Figure = {
  name: 'processor time of the broker per GB out, 1 KiB, 6 partitions',
  unit: 's/GB',
  bound: { atMost: 0.8 },
  prepare: (size) =>
    bothBrokers(size, async (broker, run) => {
      const load = { topic: 'consume', count: records(size), recordBytes: RECORD_BYTES };
      if (run === 0) {
        await createTopic(broker.bootstrap, load.topic, PARTITIONS);
        await produceWithTool(broker, load);
      }
      return secondsPerGb(broker, load.count, () => consumeWithTool(broker, load));
    }),
};
