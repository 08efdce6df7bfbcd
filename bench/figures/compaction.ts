import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { appProcess, reportOf, runApp } from '../harness/apps.ts';
import { Consumer } from '../../src/client/index.ts';
import { type BrokerUnderTest, bothBrokers, withAdmin, withTopic } from '../harness/brokers.ts';
import type { RunSize } from '../harness/figure.ts';
import { keyOf } from '../harness/keyed-records.ts';
import { figuresOfSameRuns } from '../harness/same-runs.ts';

const VALUE_BYTES = 1_000;
/** Of ten records of a key the last one stays. */
const RECORDS_OF_A_KEY = 10;
const SEGMENT_BYTES = 256 * 1024 * 1024;
const BASELINE_MS = 10_000;
const POLL_MS = 50;

/** Nobody waits for a round of the cleaner. */
const SETTINGS = { 'log.cleaner.backoff.ms': 100 };

/** 5 GB; `COMPACTION_MB` asks for another size. */
function recordsOf({ quick }: RunSize): number {
  const megabytes = Number(process.env['COMPACTION_MB'] ?? (quick ? 500 : 5_000));
  return Math.floor((megabytes * 1_000_000) / VALUE_BYTES);
}

/**
 * A topic of one partition that was written before it is compacted, and of which a tenth is left. The time is that from the
 * change of its policy to the checkpoint that says that all but the active segment have been compacted. Another producer writes
 * one record after the other into a topic of its own, before it and meanwhile.
 */
export const { compactionTime, compactionProcessorTime, compactionMemory, compactionProduceTail } =
  figuresOfSameRuns(
    {
      compactionTime: { name: 'compaction of 5 GB, 10 % live: time', unit: 's', bound: { atMost: 1 } },
      compactionProcessorTime: {
        name: 'compaction of 5 GB, 10 % live: processor time of the broker',
        unit: 's',
        bound: { atMost: 1 },
      },
      compactionMemory: {
        name: 'compaction of 5 GB, 10 % live: memory, resident',
        unit: 'MB',
        bound: { atMost: 0.5 },
      },
      compactionProduceTail: {
        name: 'compaction of 5 GB, 10 % live: p99 of produce meanwhile over that without',
        unit: 'times',
        bound: { oursAtMost: 2 },
      },
    },
    (size) => bothBrokers(size, (broker, run) => compaction(broker, size, run), SETTINGS),
  );

async function compaction(broker: BrokerUnderTest, size: RunSize, run: number) {
  const topic = `compacted-${run}`;
  const configs = {
    'segment.bytes': String(SEGMENT_BYTES),
    'min.cleanable.dirty.ratio': '0.01',
    'retention.ms': '-1',
  };
  return withTopic(broker, { topic, partitions: 1, configs }, async () => {
    const records = recordsOf(size);
    const keys = Math.ceil(records / RECORDS_OF_A_KEY);
    await runApp('keyed-load', [broker.bootstrap, topic, records, keys, VALUE_BYTES]);
    return withTopic(broker, { topic: `beside-${run}`, partitions: 1 }, async () => {
      const without = await produceTailMs(broker, `beside-${run}`, () => sleep(BASELINE_MS));
      const found = { seconds: 0, processorSeconds: 0, highestBytes: 0 };
      const meanwhile = await produceTailMs(broker, `beside-${run}`, async () => {
        const beganMs = performance.now();
        const processorBefore = broker.process.processorSeconds();
        await beginCompaction(broker, topic);
        while (!isCompacted(broker, topic)) {
          found.highestBytes = Math.max(found.highestBytes, broker.process.residentBytes());
          await sleep(POLL_MS);
        }
        found.seconds = (performance.now() - beganMs) / 1_000;
        found.processorSeconds = broker.process.processorSeconds() - processorBefore;
      });
      await checkRecords(broker, topic, { records, keys });
      return {
        compactionTime: found.seconds,
        compactionProcessorTime: found.processorSeconds,
        compactionMemory: found.highestBytes / 1_000_000,
        compactionProduceTail: meanwhile / without,
      };
    });
  });
}

function beginCompaction({ bootstrap }: BrokerUnderTest, topic: string): Promise<void> {
  return withAdmin(bootstrap, (admin) =>
    admin.incrementalAlterConfigs([
      {
        type: 'topic',
        name: topic,
        alterations: [{ name: 'cleanup.policy', op: 'set', value: 'compact' }],
      },
    ]),
  );
}

/** Where the active segment begins: so far the log is compacted. */
function activeSegmentOffset({ logDirectory }: BrokerUnderTest, topic: string): number {
  const names = readdirSync(path.join(logDirectory, `${topic}-0`)).filter((name) => name.endsWith('.log'));
  return Math.max(...names.map((name) => Number(name.slice(0, -'.log'.length))));
}

/** Both brokers write down up to where they have compacted when a cleaning has ended. */
function isCompacted(broker: BrokerUnderTest, topic: string): boolean {
  const checkpoint = path.join(broker.logDirectory, 'cleaner-offset-checkpoint');
  if (!existsSync(checkpoint)) return false;
  const compactedTo = readFileSync(checkpoint, 'utf8').match(new RegExp(`^${topic} 0 (\\d+)$`, 'm'))?.[1];
  return Number(compactedTo) === activeSegmentOffset(broker, topic);
}

/**
 * What is left has to be the last record of each key below the active segment, and all that is in it. Keys come round and
 * round, so these are records without a gap between them.
 */
async function checkRecords(
  broker: BrokerUnderTest,
  topic: string,
  { records: written, keys }: { readonly records: number; readonly keys: number },
): Promise<void> {
  const consumer = new Consumer({ bootstrapServers: broker.bootstrap });
  const partition = { topic, partition: 0 };
  let next = Math.max(0, activeSegmentOffset(broker, topic) - keys);
  consumer.assign([partition]);
  consumer.seek(partition, 0);
  try {
    while (next < written) {
      const polled = await consumer.poll(10_000);
      if (polled.length === 0) throw new Error(`${broker.name} has no record at ${next}`);
      for (const { records } of polled) {
        for (const { offset, key } of records) {
          if (offset !== next || String(key) !== keyOf(offset, keys))
            throw new Error(`${broker.name} has ${String(key)} at ${offset} where ${next} was to come`);
          next++;
        }
      }
    }
  } finally {
    await consumer.close();
  }
}

/** The 99th percentile of the times of single records while something runs. */
async function produceTailMs(
  { bootstrap }: BrokerUnderTest,
  topic: string,
  during: () => Promise<void>,
): Promise<number> {
  const producer = appProcess('produce-latency', [bootstrap, topic]);
  await producer.waitFor(/started/);
  await during();
  await producer.stop('SIGTERM');
  return reportOf(producer.text, 'p99Ms');
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
