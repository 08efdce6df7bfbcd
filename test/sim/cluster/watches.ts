import type { MetadataImage } from '../../../broker/metadata/metadata-image.ts';
import { faultsOfClosedLogs } from './closed-log-check.ts';
import { DATA, nodeAt } from './disk-view.ts';
import { IsrWatch } from './isr-watch.ts';
import { MetadataLogWatch } from './metadata-log-watch.ts';
import { QuorumStateWatch } from './quorum-state-watch.ts';
import type { Violate } from './violation.ts';
import type { WatchedCluster } from './watched-cluster.ts';

const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';

interface WatchesOptions {
  /** `min.insync.replicas` of all topics that do not say otherwise. */
  readonly minInsyncReplicas: number;
  /** Whether nothing is ever taken out of the logs of a topic. */
  readonly isWhole: (topic: string) => boolean;
  readonly violate: Violate;
}

/** All that looks at a cluster from outside, event by event, whatever its clients do. */
export class Watches {
  readonly #cluster: WatchedCluster;
  readonly #options: WatchesOptions;
  readonly #quorum: QuorumStateWatch;
  readonly #metadataLog: MetadataLogWatch;
  readonly #isr: IsrWatch;
  /** The files that say of brokers that they have stopped in good order. */
  readonly #markers = new Map<number, unknown>();
  /** By id: what each broker had when it was looked at last. */
  readonly #seen: { image: MetadataImage | undefined; operations: number }[];

  constructor(cluster: WatchedCluster, options: WatchesOptions) {
    const { minInsyncReplicas, violate } = options;
    const { brokerIds } = cluster;
    this.#cluster = cluster;
    this.#options = options;
    this.#seen = brokerIds.map(() => ({ image: undefined, operations: -1 }));
    this.#quorum = new QuorumStateWatch(brokerIds.length, violate);
    this.#metadataLog = new MetadataLogWatch(cluster, violate);
    this.#isr = new IsrWatch(minInsyncReplicas, violate);
  }

  /** How often the one that has had least to look at has looked: none is there for nothing. */
  get count(): number {
    return Math.min(this.#quorum.count, this.#metadataLog.count, this.#isr.count);
  }

  /** To be called after every event: most of them change nothing of what is looked at. */
  look(): void {
    for (const [index, id] of this.#cluster.brokerIds.entries()) {
      const image = this.#cluster.imageOf(id);
      const medium = this.#cluster.mediumOf(id);
      const seen = this.#seen[index];
      if (seen === undefined || (seen.image === image && seen.operations === medium.operations)) continue;
      seen.image = image;
      seen.operations = medium.operations;
      this.#lookAtMarker(id);
      this.#quorum.look(id, medium);
      this.#metadataLog.onImage(id, image, this.#quorum.epochLedBy(id));
      this.#isr.onImage(id, image);
    }
  }

  /** To be called when all brokers serve again and know all of the metadata. */
  end(): void {
    for (const id of this.#cluster.brokerIds) {
      const image = this.#cluster.imageOf(id);
      if (image !== undefined) this.#isr.end(image);
    }
  }

  /** A broker that has stopped in good order marks its folder at last. */
  #lookAtMarker(id: number): void {
    const { isWhole, violate } = this.#options;
    const medium = this.#cluster.mediumOf(id);
    const marker = nodeAt(medium, DATA, CLEAN_SHUTDOWN);
    if (this.#markers.get(id) === marker) return;
    this.#markers.set(id, marker);
    if (marker === undefined || this.#cluster.wasDamaged(id)) return;
    for (const fault of faultsOfClosedLogs(medium, isWhole)) violate('closed-logs', `broker ${id}: ${fault}`);
  }
}
