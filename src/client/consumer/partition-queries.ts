import type { Cluster } from '../cluster/cluster.ts';
import { lookupOffsets } from '../cluster/offset-lookup.ts';
import type { ConsumerSettings } from '../config/settings.ts';
import type { OffsetAndTimestamp, PartitionInfo, PartitionOffset, TopicPartition } from '../types.ts';

/** What a consumer can ask about partitions, whether it reads them or not. */
export class PartitionQueries {
  readonly #cluster: Cluster;
  readonly #settings: ConsumerSettings;

  constructor(cluster: Cluster, settings: ConsumerSettings) {
    this.#cluster = cluster;
    this.#settings = settings;
  }

  /** The first or the end offset of partitions, as `timestamp` says: one of ListOffsets' special ones. */
  async ends(partitions: readonly TopicPartition[], timestamp: number): Promise<readonly PartitionOffset[]> {
    const queries = partitions.map(({ topic, partition }) => ({ topic, partition, timestamp }));
    const found = await lookupOffsets(this.#cluster, queries, this.#lookupOptions());
    return found.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  }

  async offsetsForTimes(
    times: readonly (TopicPartition & { readonly timestamp: number })[],
  ): Promise<readonly (TopicPartition & { readonly found: OffsetAndTimestamp | null })[]> {
    const found = await lookupOffsets(this.#cluster, times, this.#lookupOptions());
    return found.map(({ topic, partition, offset, timestamp, leaderEpoch }) => ({
      topic,
      partition,
      found: offset < 0 ? null : { offset, timestamp, leaderEpoch },
    }));
  }

  async partitionsFor(topic: string): Promise<readonly PartitionInfo[]> {
    const { partitions } = await this.#cluster.topic(topic, this.#settings.defaultApiTimeoutMs);
    return partitions.map((partition) => ({ ...partition, topic }));
  }

  #lookupOptions(): {
    readonly isolationLevel: ConsumerSettings['isolationLevel'];
    readonly timeoutMs: number;
  } {
    return { isolationLevel: this.#settings.isolationLevel, timeoutMs: this.#settings.defaultApiTimeoutMs };
  }
}
