import { type BrokerUnderTest, sharedBrokers, withTopic } from '../harness/brokers.ts';
import type { Figure, RunSize } from '../harness/figure.ts';
import { figuresOfSameRuns } from '../harness/same-runs.ts';
import { percentile } from '../harness/statistics.ts';
import { Consumer, Producer } from '../../src/client/index.ts';

const PARTITIONS = 6;
const VALUE = Buffer.alloc(100, 'x');

/** A producer in transactions, of our client in this process, beside whichever broker. */
async function withProducer<T>(
  { bootstrap }: BrokerUnderTest,
  transactionalId: string,
  use: (producer: Producer) => Promise<T>,
): Promise<T> {
  const producer = new Producer({ bootstrapServers: bootstrap, transactionalId });
  try {
    await producer.initTransactions();
    return await use(producer);
  } finally {
    await producer.close();
  }
}

/** One transaction over all partitions. */
async function transact(
  producer: Producer,
  topic: string,
  { records, aborts = false }: { readonly records: number; readonly aborts?: boolean },
): Promise<void> {
  producer.beginTransaction();
  for (let i = 0; i < records; i++) {
    producer.send({ topic, partition: i % PARTITIONS, value: VALUE });
    const room = producer.ready();
    if (room !== undefined) await room;
  }
  await (aborts ? producer.abortTransaction() : producer.commitTransaction());
}

/** Transactions that are committed one after the other. */
function produceInTransactions(perTransaction: number, total: number): Figure {
  return {
    name: `broker produce in transactions of ${perTransaction} records, 100 B, ${PARTITIONS} partitions`,
    unit: 'records/s',
    bound: { atLeast: 1 },
    prepare: (size) =>
      sharedBrokers(size, (broker, run) => {
        const topic = `transactions-${perTransaction}-${run}`;
        return withTopic(broker, { topic, partitions: PARTITIONS }, () =>
          withProducer(broker, topic, async (producer) => {
            await transact(producer, topic, { records: perTransaction });
            const transactions = Math.ceil(total / perTransaction / (size.quick ? 5 : 1));
            const beganMs = performance.now();
            for (let i = 0; i < transactions; i++) {
              await transact(producer, topic, { records: perTransaction });
            }
            return (transactions * perTransaction) / ((performance.now() - beganMs) / 1_000);
          }),
        );
      }),
  };
}

/** From the call of a commit, when all records are acknowledged, to its answer. */
const { commitMedian, commitTail } = figuresOfSameRuns(
  {
    commitMedian: {
      name: `commit of a transaction over ${PARTITIONS} partitions p50`,
      unit: 'ms',
      bound: { atMost: 0.8 },
    },
    commitTail: {
      name: `commit of a transaction over ${PARTITIONS} partitions p99`,
      unit: 'ms',
      bound: { atMost: 1 },
    },
  },
  (size) =>
    sharedBrokers(size, (broker, run) => {
      const topic = `commits-${run}`;
      return withTopic(broker, { topic, partitions: PARTITIONS }, () =>
        withProducer(broker, topic, async (producer) => {
          const times: number[] = [];
          const count = size.quick ? 300 : 2_000;
          for (let i = 0; i < count + 50; i++) {
            producer.beginTransaction();
            for (let partition = 0; partition < PARTITIONS; partition++) {
              producer.send({ topic, partition, value: VALUE });
            }
            await producer.flush();
            const beganMs = performance.now();
            await producer.commitTransaction();
            // The first ones warm up what they run through.
            if (i >= 50) times.push(performance.now() - beganMs);
          }
          return { commitMedian: percentile(times, 0.5), commitTail: percentile(times, 0.99) };
        }),
      );
    }),
);

/** So often a run reads the topic: once is a third of a second, of which a collection of garbage is a tenth. */
const READS = 5;

/** Of twenty transactions one is aborted; what is read is what was committed. */
const consumeCommitted: Figure = {
  name: 'broker consume in read_committed, 5 % aborted, 100 B, 1 consumer',
  unit: 'records/s',
  bound: { atLeast: 1 },
  prepare: (size) =>
    sharedBrokers(size, (broker, run) => {
      const topic = `committed-${run}`;
      return withTopic(broker, { topic, partitions: PARTITIONS }, async () => {
        const committed = await withProducer(broker, topic, (producer) => fill(producer, topic, size));
        let seconds = 0;
        for (let read = 0; read < READS; read++) seconds += await secondsToRead(broker, topic, committed);
        return (READS * committed) / seconds;
      });
    }),
};

async function fill(producer: Producer, topic: string, { quick }: RunSize): Promise<number> {
  const records = 2_000;
  const transactions = quick ? 100 : 500;
  let committed = 0;
  for (let i = 0; i < transactions; i++) {
    const aborts = i % 20 === 10;
    await transact(producer, topic, { records, aborts });
    if (!aborts) committed += records;
  }
  return committed;
}

async function secondsToRead({ bootstrap }: BrokerUnderTest, topic: string, count: number): Promise<number> {
  const consumer = new Consumer({
    bootstrapServers: bootstrap,
    isolationLevel: 'read_committed',
    autoOffsetReset: 'earliest',
    pollRecordsMax: 10_000,
  });
  try {
    consumer.assign(Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })));
    const beganMs = performance.now();
    for (let read = 0; read < count; ) {
      for (const { records } of await consumer.poll(1_000)) read += records.length;
    }
    return (performance.now() - beganMs) / 1_000;
  } finally {
    await consumer.close();
  }
}

export const transactionFigures: readonly Figure[] = [
  produceInTransactions(100, 50_000),
  produceInTransactions(10_000, 1_000_000),
  commitMedian,
  commitTail,
  consumeCommitted,
];
