import { type CompressionTypes, Kafka, logLevel, type Producer as KafkaJsProducer } from 'kafkajs';
import { Consumer, Producer } from '../../src/client/index.ts';
import { sleep } from './millrace-process.ts';

/** What one writer has been told of its records in one partition, by their numbers from 0 on. */
export class Ledger {
  readonly writer: string;
  readonly partition: number;
  readonly acknowledged = new Set<number>();
  /** Told as failed: may be there or not. */
  readonly failures: string[] = [];
  #sequenceNext = 0;

  constructor(writer: string, partition: number) {
    this.writer = writer;
    this.partition = partition;
  }

  next(): { readonly sequence: number; readonly value: string } {
    const sequence = this.#sequenceNext++;
    return { sequence, value: `${this.writer}/${this.partition}/${sequence}` };
  }

  /** How what is in the partition contradicts what the writer was told; empty when all is well. */
  contradictions(values: readonly string[]): string[] {
    const own = values.filter((value) => value.startsWith(`${this.writer}/`));
    const sequences = own.map((value) => Number(value.split('/')[2]));
    const seen = new Set(sequences);
    const found: string[] = [];
    for (const sequence of this.acknowledged) {
      if (!seen.has(sequence))
        found.push(`${this.writer}/${this.partition}/${sequence} was acknowledged and is lost`);
    }
    if (seen.size !== sequences.length)
      found.push(
        `${sequences.length - seen.size} records of ${this.writer} in ${this.partition} are duplicates`,
      );
    for (let i = 1; i < sequences.length; i++) {
      const [before = 0, after = 0] = [sequences[i - 1], sequences[i]];
      if (after < before) found.push(`${this.writer}/${this.partition}: ${after} comes after ${before}`);
    }
    return found;
  }
}

export interface Load {
  readonly ledgers: readonly Ledger[];
  /** Ends the load; resolves when everything has been acknowledged or has failed. */
  stop(): Promise<void>;
}

/** Our own producer: idempotent, acks all, many records in flight on all partitions at a time. */
export function loadWithMillrace(bootstrap: string, topic: string, partitions: number): Load {
  const producer = new Producer({
    bootstrapServers: bootstrap,
    idempotent: true,
    acks: 'all',
    lingerMs: 2,
    deliveryTimeoutMs: 300_000,
  });
  const ledgers = Array.from({ length: partitions }, (_, i) => new Ledger('millrace', i));
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      for (const ledger of ledgers) {
        const { sequence, value } = ledger.next();
        producer.send({ topic, partition: ledger.partition, value }, (error) => {
          if (error === null) ledger.acknowledged.add(sequence);
          else ledger.failures.push(error.message);
        });
      }
      await producer.ready();
      await sleep(2);
    }
    await producer.flush().catch(() => {});
    await producer.close().catch(() => {});
  })();
  return {
    ledgers,
    stop() {
      stopped = true;
      return running;
    },
  };
}

/**
 * kafkajs: idempotent, acks all. One producer and one partition a writer, because kafkajs forgets the partitions of a
 * batch that move to a broker which has already answered for its others.
 */
export function loadWithKafkaJs(bootstrap: string, topic: string, partitions: number): Load {
  const ledgers = Array.from({ length: partitions }, (_, i) => new Ledger('kafkajs', i));
  let stopped = false;
  const running = ledgers.map(async (ledger) => {
    const kafka = new Kafka({
      clientId: `writer-${ledger.partition}`,
      brokers: bootstrap.split(','),
      logLevel: logLevel.NOTHING,
      // It must never give up on a batch: it would use the sequence number again for the next one.
      retry: { retries: 1_000_000, initialRetryTime: 50, maxRetryTime: 500 },
    });
    const producer: KafkaJsProducer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    while (!stopped) {
      const records = Array.from({ length: 5 }, () => ledger.next());
      try {
        await producer.send({
          topic,
          acks: -1,
          compression: 0 satisfies CompressionTypes.None,
          messages: records.map(({ value }) => ({ value, partition: ledger.partition })),
        });
        for (const { sequence } of records) ledger.acknowledged.add(sequence);
      } catch (error) {
        ledger.failures.push(String(error));
        break;
      }
      await sleep(5);
    }
    await producer.disconnect();
  });
  return {
    ledgers,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}

/** Everything in a topic, by partition, in offset order. */
export async function readAll(bootstrap: string, topic: string): Promise<readonly (readonly string[])[]> {
  const consumer = new Consumer({
    bootstrapServers: bootstrap,
    autoCommit: false,
    autoOffsetReset: 'earliest',
  });
  try {
    const partitions = await consumer.partitionsFor(topic);
    const ends = await consumer.endOffsets(partitions);
    const values: string[][] = partitions.map(() => []);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    for (const end of ends) {
      while ((await consumer.position(end)) < end.offset) {
        for (const { partition, records } of await consumer.poll(1_000)) {
          for (const { value } of records) values[partition]?.push(String(value));
        }
      }
    }
    return values;
  } finally {
    await consumer.close();
  }
}
