import {
  type BrokerUnderTest,
  bothBrokers,
  consumeWithTool,
  createTopic,
  produceWithTool,
} from '../harness/brokers.ts';
import type { RunSize } from '../harness/figure.ts';
import { figuresOfSameRuns } from '../harness/same-runs.ts';

const RECORD_BYTES = 1_024;
const PARTITIONS = 6;
const BYTES_PER_GB = 1e9;
const TOPIC = 'five-gigabytes';

const recordsOf = ({ quick }: RunSize): number => (quick ? 500_000 : 5_000_000);

/** What was found while a broker took the topic in; the same for all runs. */
interface Loaded {
  readonly secondsPerGbIn: number;
  readonly highestBytes: number;
}

/**
 * A topic of 5 GB, more than any cache of the processes: produced once, with acks=1, and consumed by each run. What it
 * costs in and out, and how large the brokers grow while it passes, comes from the same runs. Processor time says more
 * than throughput where clients and broker share a machine, and does not depend on who else is busy there.
 */
export const { brokerConsume, processorTimeIn, processorTimeOut, memoryLoaded } = figuresOfSameRuns(
  {
    brokerConsume: {
      name: 'broker consume from the page cache, 1 KiB, 6 partitions, 5 GB',
      unit: 'MB/s',
      bound: { atLeast: 1 },
    },
    processorTimeIn: {
      name: 'processor time of the broker per GB in, 1 KiB, acks=1, 6 partitions',
      unit: 's/GB',
      bound: { atMost: 0.8 },
    },
    processorTimeOut: {
      name: 'processor time of the broker per GB out, 1 KiB, 6 partitions',
      unit: 's/GB',
      bound: { atMost: 0.8 },
    },
    memoryLoaded: {
      name: 'memory, resident, while 5 GB pass',
      unit: 'MB',
      bound: { atMost: 0.25 },
    },
  },
  (size) => {
    const loaded = new Map<BrokerUnderTest, Loaded>();
    return bothBrokers(size, async (broker) => {
      const input = loaded.get(broker) ?? (await load(broker, size));
      loaded.set(broker, input);
      const count = recordsOf(size);
      const consumed = await underWatch(broker, () => consumeWithTool(broker, { topic: TOPIC, count }));
      // start, end, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, ...
      const cells = consumed.result.trim().split('\n').at(-1)?.split(',') ?? [];
      return {
        brokerConsume: Number(cells[8]),
        processorTimeIn: input.secondsPerGbIn,
        processorTimeOut: consumed.processorSeconds / gigabytesOf(size),
        memoryLoaded: Math.max(input.highestBytes, consumed.highestBytes) / 1_000_000,
      };
    });
  },
);

async function load(broker: BrokerUnderTest, size: RunSize): Promise<Loaded> {
  await createTopic(broker.bootstrap, TOPIC, PARTITIONS);
  const { processorSeconds, highestBytes } = await underWatch(broker, () =>
    produceWithTool(broker, { topic: TOPIC, count: recordsOf(size), recordBytes: RECORD_BYTES }),
  );
  return { secondsPerGbIn: processorSeconds / gigabytesOf(size), highestBytes };
}

const gigabytesOf = (size: RunSize): number => (recordsOf(size) * RECORD_BYTES) / BYTES_PER_GB;

/** What a broker took of processor and memory while something ran. */
async function underWatch<T>(
  broker: BrokerUnderTest,
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly processorSeconds: number; readonly highestBytes: number }> {
  const before = broker.process.processorSeconds();
  let highestBytes = 0;
  const sampler = setInterval(() => {
    highestBytes = Math.max(highestBytes, broker.process.residentBytes());
  }, 100);
  try {
    const result = await run();
    return { result, processorSeconds: broker.process.processorSeconds() - before, highestBytes };
  } finally {
    clearInterval(sampler);
  }
}
