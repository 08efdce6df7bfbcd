import {
  CONSUMER_OFFSETS_TOPIC,
  TRANSACTION_STATE_TOPIC,
} from '../../../../broker/metadata/internal-topics.ts';
import { compactedPartitions } from './compacted-partitions.ts';
import type { LogEnds, Workload, WorkloadContext, WorkloadTopic } from '../workload.ts';
import { compactionConfigs } from './compaction-configs.ts';
import { differenceOfReplicas } from './replica-differences.ts';

const PARTITIONS = 2;

/**
 * The topics of groups and transactions. They are made before their first use, so that their segments are as small as those
 * of all topics here: they are compacted all the time, while coordinators move with their leaders. What coordinators forget by
 * it, the other parts notice; here all replicas have the same last values in the end (`replicas-differ`).
 */
export class InternalTopics implements Workload {
  readonly name = 'internal';
  readonly topics: readonly WorkloadTopic[];
  readonly #context: WorkloadContext;
  /** Partitions of which some broker says that it has compacted them. */
  #compacted = 0;
  count = 0;

  constructor(context: WorkloadContext) {
    this.#context = context;
    const configs = compactionConfigs(context.simulation.stream(this.name));
    this.topics = [CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC].map((name) => ({
      name,
      partitions: PARTITIONS,
      configs,
      equalBytes: false,
    }));
  }

  get counts(): Readonly<Record<string, number>> {
    return { compacted: this.#compacted };
  }

  start(): void {}

  async stop(): Promise<void> {}

  check(ends: LogEnds): void {
    for (const { name } of this.topics) {
      const difference = differenceOfReplicas(this.#context.cluster, name, {
        ends: ends.get(name) ?? [],
        values: true,
      });
      if (difference !== undefined) this.#context.violate('replicas-differ', difference);
      this.#compacted += compactedPartitions(this.#context.cluster, name);
      this.count++;
    }
  }

  async close(): Promise<void> {}
}
