import { Consumer } from '../../src/client/index.ts';
import type { TopicPartition } from '../../src/protocol/topic-partition.ts';

export interface CommittedRecord {
  readonly key: string;
  readonly value: string;
}

/** Reads committed records of topics from their beginning on, while they are written. */
export class CommittedReader {
  readonly #records = new Map<string, CommittedRecord[]>();
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(bootstrapServers: string, partitions: readonly TopicPartition[]) {
    for (const place of partitions) this.#records.set(nameOf(place), []);
    this.#running = this.#read(bootstrapServers, partitions);
  }

  /** Of one partition, in the order of their offsets. */
  records(place: TopicPartition): readonly CommittedRecord[] {
    return this.#records.get(nameOf(place)) ?? [];
  }

  /** Of all partitions of a topic. */
  count(topic: string): number {
    const read = [...this.#records].filter(([name]) => name.startsWith(`${topic}-`));
    return read.reduce((sum, [, records]) => sum + records.length, 0);
  }

  async #read(bootstrapServers: string, partitions: readonly TopicPartition[]): Promise<void> {
    const consumer = new Consumer({
      bootstrapServers,
      isolationLevel: 'read_committed',
      autoOffsetReset: 'earliest',
      autoCommit: false,
    });
    consumer.assign(partitions);
    while (!this.#isStopped) {
      for (const { topic, partition, records } of await consumer.poll(200)) {
        const read = this.#records.get(nameOf({ topic, partition }));
        for (const { key, value } of records) read?.push({ key: String(key), value: String(value) });
      }
    }
    await consumer.close();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
