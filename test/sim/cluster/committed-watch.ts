import { METADATA_TOPIC } from '../../../broker/quorum/raft-log.ts';
import type { MetadataImage, PartitionRegistration } from '../../../broker/metadata/metadata-image.ts';
import { endOffsetAt } from './disk-view.ts';
import type { CommittedEnds } from './history.ts';
import type { Violate } from './violation.ts';
import type { WatchedCluster } from './watched-cluster.ts';

/** A replica that lacks what a client was told of, unless it is out of ISR and ELR by a change that no broker has yet. */
interface Suspicion {
  readonly what: string;
  readonly partition: number;
  readonly partitionEpoch: number;
  /** Where the longest metadata log ended then. */
  readonly metadataEnd: number;
}

interface CommittedWatchOptions {
  readonly topic: string;
  readonly ends: CommittedEnds;
  readonly violate: Violate;
}

/**
 * What a client was told of (a producer by an acknowledgement, a consumer by the record) is committed: whoever is in the ISR
 * by then, or eligible to lead, has it in its log (KIP-966). Looked at whenever a client is told of a later offset than
 * before, and whenever ISR or ELR have changed.
 */
export class CommittedWatch {
  readonly #cluster: WatchedCluster;
  readonly #options: CommittedWatchOptions;
  /** By partition: what was looked at last. */
  readonly #seen = new Map<number, { readonly end: number; readonly partitionEpoch: number }>();
  #suspicions: Suspicion[] = [];
  #newest: MetadataImage | undefined;
  /** Nothing else is looked at. */
  #lookedAt: { readonly image: MetadataImage | undefined; readonly version: number } = {
    image: undefined,
    version: -1,
  };
  /** Looks at a replica. */
  count = 0;

  constructor(cluster: WatchedCluster, options: CommittedWatchOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** Called after every event. */
  look(): void {
    for (const id of this.#cluster.brokerIds) this.#onImage(this.#cluster.imageOf(id));
    const { ends } = this.#options;
    if (this.#lookedAt.image === this.#newest && this.#lookedAt.version === ends.version) return;
    this.#lookedAt = { image: this.#newest, version: ends.version };
    for (const [partition, end] of ends.entries()) {
      const registration = this.registration(partition);
      if (registration !== undefined) this.#lookAtPartition(partition, end, registration);
    }
  }

  /** What is suspected still when all brokers have all metadata is so. */
  end(): void {
    this.#confirm(Number.POSITIVE_INFINITY);
  }

  #onImage(image: MetadataImage | undefined): void {
    if (image === undefined || image.offset <= (this.#newest?.offset ?? -1)) return;
    this.#newest = image;
    this.#confirm(image.offset);
  }

  /** The id of the topic, by the newest metadata that any broker has had. */
  get topicId(): string | undefined {
    return this.#newest?.topicsByName.get(this.#options.topic)?.id;
  }

  /** A partition, by the same. */
  registration(partition: number): PartitionRegistration | undefined {
    return this.#newest?.topicsByName.get(this.#options.topic)?.partitions.get(partition);
  }

  #lookAtPartition(
    partition: number,
    end: number,
    { isr, elr, partitionEpoch }: PartitionRegistration,
  ): void {
    const seen = this.#seen.get(partition);
    if (seen?.end === end && seen.partitionEpoch === partitionEpoch) return;
    this.#seen.set(partition, { end, partitionEpoch });
    const { topic } = this.#options;
    const cluster = this.#cluster;
    for (const id of [...isr, ...elr]) {
      if (cluster.imageOf(id) === undefined) continue;
      this.count++;
      const logEnd = endOffsetAt(cluster.mediumOf(id), `${topic}-${partition}`);
      if (logEnd >= end) continue;
      const role = isr.includes(id) ? 'in sync' : 'eligible to lead';
      const what = `a client was told of ${topic}-${partition}:${end - 1}, and broker ${id}, which is ${role}, ended at ${logEnd}`;
      const metadataEnds = cluster.brokerIds.map((each) =>
        endOffsetAt(cluster.mediumOf(each), `${METADATA_TOPIC}-0`),
      );
      this.#suspicions.push({ what, partition, partitionEpoch, metadataEnd: Math.max(...metadataEnds) });
    }
  }

  /** A change that was on some disk by then is in the metadata by now, or never. */
  #confirm(offset: number): void {
    const known = this.#suspicions.filter(({ metadataEnd }) => offset + 1 >= metadataEnd);
    if (known.length === 0) return;
    this.#suspicions = this.#suspicions.filter((each) => !known.includes(each));
    for (const { what, partition, partitionEpoch } of known)
      if (this.registration(partition)?.partitionEpoch === partitionEpoch)
        this.#options.violate('isr-holds-committed', what);
  }
}
