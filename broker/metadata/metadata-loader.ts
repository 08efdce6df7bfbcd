import type { CommittedBatch, LeaderAndEpoch, RaftListener } from '../quorum/raft-listener.ts';
import { MetadataDelta } from './metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage } from './metadata-image.ts';
import type { MetadataPublisher } from './metadata-publisher.ts';
import { decodeMetadataRecord } from './metadata-record-codec.ts';

/** Replays the committed records of `__cluster_metadata` into the image, and tells the publishers of each change. */
export class MetadataLoader implements RaftListener {
  #image = EMPTY_IMAGE;
  #leader: LeaderAndEpoch = { leaderId: -1, epoch: 0 };
  readonly #publishers: MetadataPublisher[] = [];
  /** Until {@link takeRemovedTopics}. */
  #removedTopics: Set<string> | undefined = new Set();

  get image(): MetadataImage {
    return this.#image;
  }

  get leader(): LeaderAndEpoch {
    return this.#leader;
  }

  /** Adds a publisher, and brings it up to date at once when there is anything to tell. */
  addPublisher(publisher: MetadataPublisher): void {
    this.#publishers.push(publisher);
    if (this.#image.offset >= 0) publisher.onUpdate(deltaFromEmpty(this.#image), this.#image);
  }

  /** Ids of the topics that the metadata has removed so far; asked once, at the start, and not collected any more then. */
  takeRemovedTopics(): ReadonlySet<string> {
    const removed = this.#removedTopics ?? new Set();
    this.#removedTopics = undefined;
    return removed;
  }

  onCommitted(batch: CommittedBatch): void {
    const delta = new MetadataDelta(this.#image);
    for (const value of batch.values) delta.replay(decodeMetadataRecord(value));
    const image = delta.build({ offset: batch.lastOffset, epoch: batch.epoch });
    this.#image = image;
    if (this.#removedTopics !== undefined)
      for (const id of delta.removedTopicIds) this.#removedTopics.add(id);
    for (const publisher of this.#publishers) publisher.onUpdate(delta, image);
  }

  onLeaderChange(leader: LeaderAndEpoch): void {
    this.#leader = leader;
  }
}

/** All of an image as one change of the empty one. */
function deltaFromEmpty(image: MetadataImage): MetadataDelta {
  const delta = new MetadataDelta(EMPTY_IMAGE);
  delta.adopt(image);
  return delta;
}
