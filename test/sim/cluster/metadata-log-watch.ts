import { METADATA_TOPIC } from '../../../broker/quorum/raft-log.ts';
import type { MetadataImage } from '../../../broker/metadata/metadata-image.ts';
import { LogCursor, segmentsAt } from './disk-view.ts';
import type { Violate } from './violation.ts';
import type { WatchedCluster } from './watched-cluster.ts';

const LOG = `${METADATA_TOPIC}-0`;

/**
 * The metadata log is one: a batch below what any broker has made an image of is the same on the disk of every broker that
 * has made one, it stays what it was, and images at one offset have the same brokers and partitions. What an image is made of
 * would survive a power loss of all voters at once: a majority has it on the disk, synced (KIP-595).
 */
export class MetadataLogWatch {
  readonly #cluster: WatchedCluster;
  readonly #violate: Violate;
  #newestOffset = -1;
  /** Committed batches by base offset: what they are, without looking into them. */
  readonly #committed = new Map<number, string>();
  readonly #images = new Map<number, string>();
  readonly #last = new Map<number, MetadataImage | undefined>();
  /** How far the log of a process was compared. */
  readonly #cursors = new Map<number, LogCursor>();

  constructor(cluster: WatchedCluster, violate: Violate) {
    this.#cluster = cluster;
    this.#violate = violate;
  }

  /** Committed batches that were looked at. */
  get count(): number {
    return this.#committed.size;
  }

  /** The image that a broker has now; undefined when its process has none. */
  onImage(brokerId: number, image: MetadataImage | undefined): void {
    if (this.#last.get(brokerId) === image) return;
    this.#last.set(brokerId, image);
    if (image === undefined) this.#cursors.delete(brokerId);
    if (image === undefined || image.offset < 0) return;
    this.#compare(this.#images, image.offset, contentOf(image), `broker ${brokerId}: the image at`);
    const cursor = this.#cursors.get(brokerId) ?? new LogCursor();
    this.#cursors.set(brokerId, cursor);
    const segments = segmentsAt(this.#cluster.mediumOf(brokerId), LOG);
    for (let batch = cursor.peek(segments); batch !== undefined; batch = cursor.peek(segments)) {
      if (batch.lastOffset > image.offset) break;
      cursor.pass(batch);
      const content = `epoch ${batch.partitionLeaderEpoch}, ${batch.recordsCount} records, checksum ${batch.crc}`;
      this.#compare(this.#committed, batch.baseOffset, content, `broker ${brokerId}: the metadata log at`);
    }
    if (image.offset <= this.#newestOffset) return;
    this.#newestOffset = image.offset;
    const { brokerIds } = this.#cluster;
    const isSynced = (id: number): boolean => cursor.isSyncedIn(segmentsAt(this.#cluster.mediumOf(id), LOG));
    const synced = brokerIds.filter(isSynced).length;
    if (synced * 2 > brokerIds.length) return;
    this.#violate(
      'metadata-log',
      `broker ${brokerId} has an image at ${image.offset}, up to which ${synced} of ${brokerIds.length} voters have synced`,
    );
  }

  #compare(known: Map<number, string>, offset: number, content: string, what: string): void {
    const other = known.get(offset) ?? content;
    if (other !== content) this.#violate('metadata-log', `${what} ${offset} is ${content}, it was ${other}`);
    known.set(offset, other);
  }
}

/** What an image says of brokers and partitions, by the numbers that grow with every change of them. */
function contentOf({ brokers, topicsById, nextProducerId, epoch }: MetadataImage): string {
  const ofBrokers = [...brokers.values()]
    .map(
      ({ id, epoch: of, fenced, inControlledShutdown }) =>
        `${id}@${of}${fenced ? 'f' : ''}${inControlledShutdown ? 's' : ''}`,
    )
    .toSorted();
  const ofTopics = [...topicsById.values()]
    .map(({ id, partitions }) => `${id}=${partitions.map((each) => each.partitionEpoch).join('.')}`)
    .toSorted();
  return `epoch ${epoch}, brokers ${ofBrokers.join()}, topics ${ofTopics.join()}, producer id ${nextProducerId}`;
}
