import {
  type BrokerUnderTest,
  bothBrokers,
  consumeWithTool,
  createTopic,
  kafkaTool,
  produceWithTool,
} from '../harness/brokers.ts';
import type { Contender, Figure, RunSize } from '../harness/figure.ts';

const RECORD_BYTES = 1_024;
const PARTITIONS = 6;

const records = ({ quick }: RunSize): number => (quick ? 200_000 : 1_000_000);

function produce(broker: BrokerUnderTest, topic: string, count: number): Promise<string> {
  return produceWithTool(broker, { topic, count, recordBytes: RECORD_BYTES });
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
    bothBrokers(size, async (broker, run) => {
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
    bothBrokers(size, async (broker, run) => {
      if (run === 0) {
        await createTopic(broker.bootstrap, 'consume', PARTITIONS);
        await produce(broker, 'consume', records(size));
      }
      const text = await consumeWithTool(broker, { topic: 'consume', count: records(size) });
      // start, end, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, ...
      const cells = text.trim().split('\n').at(-1)?.split(',') ?? [];
      return Number(cells[8]);
    }),
};

type Percentile = 'p50' | 'p99';
type Percentiles = Readonly<Record<Percentile, number>>;

async function endToEndLatency(broker: BrokerUnderTest, size: RunSize, run: number): Promise<Percentiles> {
  const topic = `latency-${run}`;
  await createTopic(broker.bootstrap, topic, 1);
  const text = await kafkaTool('org.apache.kafka.tools.EndToEndLatency', [
    ...[broker.bootstrap, topic, String(size.quick ? 2_000 : 10_000), 'all', '100'],
  ]);
  const [, p50, p99] = /50th = (\d+), 99th = (\d+)/.exec(text) ?? [];
  // The tool prints whole milliseconds, rounded down: 0 stands for half of one.
  return { p50: Number(p50 ?? Number.NaN) + 0.5, p99: Number(p99 ?? Number.NaN) + 0.5 };
}

/** What the runs of the median have found, by broker: the figure of the tail takes its values from the same runs. */
const latencyRuns = new Map<string, Percentiles[]>();

export const latencyMedian: Figure = {
  name: 'end-to-end latency p50, 100 B, acks=all',
  unit: 'ms',
  bound: { atMost: 1 },
  prepare: (size) =>
    bothBrokers(size, async (broker, run) => {
      const found = await endToEndLatency(broker, size, run);
      latencyRuns.set(broker.name, [...(latencyRuns.get(broker.name) ?? []), found]);
      return found.p50;
    }),
};

export const latencyTail: Figure = {
  name: 'end-to-end latency p99, 100 B, acks=all',
  unit: 'ms',
  bound: { atMost: 1.5 },
  async prepare(size) {
    if (latencyRuns.size < 2)
      return bothBrokers(size, async (broker, run) => (await endToEndLatency(broker, size, run)).p99);
    const again = (name: string): Contender => ({
      name,
      measure: async () => latencyRuns.get(name)?.shift()?.p99 ?? Number.NaN,
    });
    return { ours: again('millrace'), rival: again('apache kafka') };
  },
};

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
      bothBrokers(size, async (broker, run) => (await load(broker, size, run)) / 1_000_000),
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
