import type { Broker } from '../../../../broker/index.ts';
import type { MetadataImage, PartitionRegistration } from '../../../../broker/metadata/metadata-image.ts';
import type { SimulatedCluster } from '../simulated-cluster.ts';

/** What a broker has known for a while: whatever it does for it, it has done. */
export interface KnownBroker {
  readonly id: number;
  readonly broker: Broker;
  readonly image: MetadataImage;
}

/** A partition as its leader knows it. */
export interface LedPartition {
  readonly leader: KnownBroker;
  readonly topicId: string;
  readonly partition: number;
  readonly registration: PartitionRegistration;
}

/** What the brokers of a cluster know of it, and under which epochs they were registered before. */
export class KnownCluster {
  readonly #cluster: SimulatedCluster;
  #brokers: readonly KnownBroker[] = [];
  /** By broker id, in the order in which they came. */
  readonly #epochs = new Map<number, number[]>();

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  /** Takes note of what the running brokers know now. */
  look(): void {
    this.#brokers = this.#cluster.brokerIds.flatMap((id) => {
      const broker = this.#cluster.broker(id);
      return broker === undefined ? [] : { id, broker, image: broker.image };
    });
    for (const { image } of this.#brokers)
      for (const { id, epoch } of image.brokers.values()) this.#onEpoch(id, epoch);
  }

  /** Those that were looked at and are the same process still. */
  get brokers(): readonly KnownBroker[] {
    return this.#brokers.filter(({ id, broker }) => this.#cluster.broker(id) === broker);
  }

  /** The active controller, where its process runs still. */
  get controller(): KnownBroker | undefined {
    return this.brokers.find(({ id }) => id === this.#cluster.lastController);
  }

  /** The partitions of a topic that somebody leads and knows it. */
  ledPartitions(topic: string): readonly LedPartition[] {
    return this.brokers.flatMap((leader) => {
      const found = leader.image.topicsByName.get(topic);
      return [...(found?.partitions ?? [])].flatMap((registration, partition) =>
        registration.leader === leader.id
          ? { leader, topicId: found?.id ?? '', partition, registration }
          : [],
      );
    });
  }

  /** Epochs under which a broker was registered before this one. */
  epochsBefore(id: number, epoch: number): readonly number[] {
    return (this.#epochs.get(id) ?? []).filter((other) => other < epoch);
  }

  #onEpoch(id: number, epoch: number): void {
    const epochs = this.#epochs.get(id);
    if (epochs === undefined) this.#epochs.set(id, [epoch]);
    else if (!epochs.includes(epoch)) epochs.push(epoch);
  }
}
