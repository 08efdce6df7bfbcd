interface TopicPart {
  readonly partitionData: readonly unknown[];
}

/** Where a {@link PartitionCursor} is. */
export interface PartitionPlace {
  /** Name of the topic. */
  readonly topic: string;
  /** Place of the topic in the request. */
  readonly topicAt: number;
}

/** Goes through the partitions of a request one by one; what is known of a topic is looked up once for all of its partitions. */
export class PartitionCursor<T extends TopicPart> implements PartitionPlace {
  readonly #topics: readonly T[];
  readonly #nameOf: (topic: T) => string;
  #partitions: readonly T['partitionData'][number][] = [];
  #partitionAt = 0;
  topic = '';
  topicAt = -1;

  constructor(topics: readonly T[], nameOf: (topic: T) => string) {
    this.#topics = topics;
    this.#nameOf = nameOf;
  }

  /** The next partition; undefined behind the last one. */
  next(): T['partitionData'][number] | undefined {
    for (;;) {
      const partition = this.#partitions[this.#partitionAt++];
      if (partition !== undefined) return partition;
      const topic = this.#topics[++this.topicAt];
      if (topic === undefined) return undefined;
      this.topic = this.#nameOf(topic);
      this.#partitions = topic.partitionData;
      this.#partitionAt = 0;
    }
  }
}
