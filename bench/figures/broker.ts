import {
  type BrokerUnderTest,
  createTopic,
  kafkaTool,
  startApacheKafka,
  startMillrace,
} from '../harness/brokers.ts';
import type { Contender, Figure, RunSize } from '../harness/figure.ts';

const RECORD_BYTES = 1_024;
const PARTITIONS = 6;

const records = ({ quick }: RunSize): number => (quick ? 200_000 : 1_000_000);

/** Both brokers side by side, each measured by the same function. */
async function bothBrokers(
  measure: (broker: BrokerUnderTest, run: number) => Promise<number>,
): Promise<{ readonly ours: Contender; readonly rival: Contender }> {
  const contender = (broker: BrokerUnderTest): Contender => {
    let run = 0;
    return { name: broker.name, measure: () => measure(broker, run++), close: () => broker.close() };
  };
  return { ours: contender(await startMillrace()), rival: contender(await startApacheKafka()) };
}

function produce(broker: BrokerUnderTest, topic: string, count: number): Promise<string> {
  return kafkaTool('org.apache.kafka.tools.ProducerPerformance', [
    ...['--topic', topic, '--num-records', String(count), '--record-size', String(RECORD_BYTES)],
    ...['--throughput', '-1', '--bootstrap-server', broker.bootstrap, '--command-property', 'acks=1'],
  ]);
}

/** The last rate that kafka-producer-perf-test prints is that of the whole run. */
function megabytesPerSecond(text: string): number {
  return Number([...text.matchAll(/\(([\d.]+) MB\/sec\)/g)].at(-1)?.[1] ?? Number.NaN);
}

export const brokerProduce: Figure = {
  name: 'broker produce, 1 KiB, acks=1, 6 partitions',
  unit: 'MB/s',
  bound: { atLeast: 0.8 },
  prepare: (size) =>
    bothBrokers(async (broker, run) => {
      const topic = `produce-${run}`;
      await createTopic(broker.bootstrap, topic, PARTITIONS);
      return megabytesPerSecond(await produce(broker, topic, records(size)));
    }),
};

export const brokerConsume: Figure = {
  name: 'broker consume, 1 KiB, 6 partitions',
  unit: 'MB/s',
  bound: { atLeast: 0.8 },
  prepare: (size) =>
    bothBrokers(async (broker, run) => {
      if (run === 0) {
        await createTopic(broker.bootstrap, 'consume', PARTITIONS);
        await produce(broker, 'consume', records(size));
      }
      const text = await kafkaTool('org.apache.kafka.tools.ConsumerPerformance', [
        ...['--bootstrap-server', broker.bootstrap, '--topic', 'consume'],
        ...['--num-records', String(records(size)), '--timeout', '60000'],
      ]);
      // start, end, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, ...
      const cells = text.trim().split('\n').at(-1)?.split(',') ?? [];
      return Number(cells[8]);
    }),
};

function endToEnd(percentile: 'p50' | 'p99', atMost: number): Figure {
  return {
    name: `end-to-end latency ${percentile}, 100 B, acks=all`,
    unit: 'ms',
    bound: { atMost },
    prepare: (size) =>
      bothBrokers(async (broker, run) => {
        const topic = `latency-${run}`;
        await createTopic(broker.bootstrap, topic, 1);
        const text = await kafkaTool('org.apache.kafka.tools.EndToEndLatency', [
          ...[broker.bootstrap, topic, String(size.quick ? 2_000 : 10_000), 'all', '100'],
        ]);
        const percentiles = /50th = (\d+), 99th = (\d+)/.exec(text);
        return Number(percentiles?.[percentile === 'p50' ? 1 : 2] ?? Number.NaN);
      }),
  };
}

export const latencyMedian = endToEnd('p50', 1);
export const latencyTail = endToEnd('p99', 1.5);

function memory(
  name: string,
  atMost: number,
  load: (broker: BrokerUnderTest, size: RunSize, run: number) => Promise<number>,
) {
  return {
    name,
    unit: 'MB',
    bound: { atMost },
    prepare: (size: RunSize) =>
      bothBrokers(async (broker, run) => (await load(broker, size, run)) / 1_000_000),
  } satisfies Figure;
}

export const memoryIdle = memory('resident memory, idle', 0.3, async (broker) => {
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return broker.process.residentBytes();
});

export const memoryLoaded = memory('resident memory while producing 1 GB', 0.4, async (broker, size, run) => {
  const topic = `memory-${run}`;
  await createTopic(broker.bootstrap, topic, PARTITIONS);
  let highest = 0;
  const sampler = setInterval(() => {
    highest = Math.max(highest, broker.process.residentBytes());
  }, 100);
  try {
    await produce(broker, topic, size.quick ? 300_000 : 1_000_000);
  } finally {
    clearInterval(sampler);
  }
  return highest;
});
