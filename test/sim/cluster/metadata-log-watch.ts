import { METADATA_TOPIC } from '../../../broker/quorum/raft-log.ts';
import type { MetadataImage } from '../../../broker/metadata/metadata-image.ts';
import { LogCursor, segmentsAt } from './disk-view.ts';
import type { Violate } from './violation.ts';
import type { WatchedCluster } from './watched-cluster.ts';

const LOG = `${METADATA_TOPIC}-0`;

/**
 * The metadata log is one: a batch below what any broker has made an image of is the same on the disk of every broker that
 * has made one, it stays what it was, and images at one offset have the same brokers and partitions. What an image is made of
 * would survive a power loss of all voters at once: a majority has it on the disk, synced, and what a leader commits it
 * commits with a record of its own epoch (KIP-595; Raft, 5.4.2).
 */
export class MetadataLogWatch {
  readonly #cluster: WatchedCluster;
  readonly #violate: Violate;
  #newestOffset = -1;
  /** The epoch of the last batch that was compared of a process's log. */
  readonly #epochs = new Map<number, number>();
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

  /**
   * The image that a broker has now; undefined when its process has none.
   * @param ledEpoch the epoch of the metadata quorum that this broker leads; -1 while it does not.
   */
  onImage(brokerId: number, image: MetadataImage | undefined, ledEpoch = -1): void {
    if (this.#last.get(brokerId) === image) return;
    this.#last.set(brokerId, image);
    if (image === undefined) {
      this.#cursors.delete(brokerId);
      this.#epochs.delete(brokerId);
    }
    if (image === undefined || image.offset < 0) return;
    this.#compare(this.#images, image.offset, contentOf(image), `broker ${brokerId}: the image at`);
    const cursor = this.#cursors.get(brokerId) ?? new LogCursor();
    this.#cursors.set(brokerId, cursor);
    const segments = segmentsAt(this.#cluster.mediumOf(brokerId), LOG);
    for (let batch = cursor.peek(segments); batch !== undefined; batch = cursor.peek(segments)) {
      if (batch.lastOffset > image.offset) break;
      cursor.pass(batch);
      this.#epochs.set(brokerId, batch.partitionLeaderEpoch);
      const content = `epoch ${batch.partitionLeaderEpoch}, ${batch.recordsCount} records, checksum ${batch.crc}`;
      this.#compare(this.#committed, batch.baseOffset, content, `broker ${brokerId}: the metadata log at`);
    }
    if (image.offset <= this.#newestOffset) return;
    this.#newestOffset = image.offset;
    const isSynced = this.#isSynced(cursor);
    if (!isSynced)
      this.#violate(
        'metadata-log',
        `broker ${brokerId} has an image at ${image.offset}, which no majority has synced`,
      );
    const begin = this.#beginOf(ledEpoch, brokerId, cursor);
    if (isSynced && begin !== undefined && !this.#isSynced(begin)) {
      this.#violate(
        'metadata-log',
        `broker ${brokerId} leads epoch ${ledEpoch} and has an image at ${image.offset}, and no majority has the first record of that epoch`,
      );
    }
  }

  /** Whether a majority of the voters would have all that was passed after a power loss. */
  #isSynced(cursor: LogCursor): boolean {
    const { brokerIds } = this.#cluster;
    const synced = brokerIds.filter((id) => cursor.isSyncedIn(segmentsAt(this.#cluster.mediumOf(id), LOG)));
    return synced.length * 2 > brokerIds.length;
  }

  /** Behind the first record of an epoch, where that is not behind the cursor; undefined where there is none. */
  #beginOf(epoch: number, brokerId: number, from: LogCursor): LogCursor | undefined {
    if ((this.#epochs.get(brokerId) ?? -1) >= epoch) return undefined;
    const segments = segmentsAt(this.#cluster.mediumOf(brokerId), LOG);
    const cursor = from.copy();
    for (let batch = cursor.peek(segments); batch !== undefined; batch = cursor.peek(segments)) {
      cursor.pass(batch);
      if (batch.partitionLeaderEpoch >= epoch) return cursor;
    }
    return undefined;
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
