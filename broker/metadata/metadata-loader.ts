import { assert } from '../../src/base/assert.ts';
import type {
  CommittedBatch,
  CommittedSnapshot,
  LeaderAndEpoch,
  RaftListener,
} from '../quorum/raft-listener.ts';
import { MetadataDelta } from './metadata-delta.ts';
import { EMPTY_IMAGE, type MetadataImage } from './metadata-image.ts';
import type { MetadataPublisher } from './metadata-publisher.ts';
import { decodeMetadataRecord } from './metadata-record-codec.ts';
import { type RemovedTopics, withEarlierRemovals } from './removed-topics.ts';

/** Replays the committed records of `__cluster_metadata` into the image, and tells the publishers of each change. */
export class MetadataLoader implements RaftListener {
  #image = EMPTY_IMAGE;
  #leader: LeaderAndEpoch = { leaderId: -1, epoch: 0 };
  readonly #publishers: MetadataPublisher[] = [];
  /** Images that the controller of this node has made of what it appended, and their changes, by offset. */
  readonly #expected = new Map<number, { readonly delta: MetadataDelta; readonly image: MetadataImage }>();
  /** Of batches that have come since the last image, and the last of them. */
  #replaying: { readonly delta: MetadataDelta; offset: number; epoch: number } | undefined;
  /** All of an image as one change, which every publisher that comes while it is the newest is told. */
  #whole: { readonly image: MetadataImage; readonly delta: MetadataDelta } | undefined;
  /** Until {@link takeRemovedTopics}. */
  #removedTopics: { readonly ids: Set<string>; readonly names: Set<string> } | undefined = {
    ids: new Set(),
    names: new Set(),
  };
  /** Where the node has started from a snapshot: reads what came before it. */
  #visitEarlier: CommittedSnapshot['visitEarlier'] | undefined;

  get image(): MetadataImage {
    return this.#image;
  }

  get leader(): LeaderAndEpoch {
    return this.#leader;
  }

  /** Adds a publisher, and brings it up to date at once when there is anything to tell. */
  addPublisher(publisher: MetadataPublisher): void {
    this.#publishers.push(publisher);
    const image = this.#image;
    if (image.offset < 0) return;
    if (this.#whole?.image !== image) this.#whole = { image, delta: deltaFromEmpty(image) };
    publisher.onUpdate(this.#whole.delta, image);
  }

  /** The topics that the metadata has removed so far; asked once, at the start, and not collected any more then. */
  takeRemovedTopics(): RemovedTopics {
    const removed = this.#removedTopics ?? { ids: new Set(), names: new Set() };
    this.#removedTopics = undefined;
    return this.#visitEarlier === undefined ? removed : withEarlierRemovals(removed, this.#visitEarlier);
  }

  /**
   * The active controller of this node has appended the records of `delta`, which make `image`: where they are committed as
   * they were appended, that need not be worked out again.
   */
  expect(delta: MetadataDelta, image: MetadataImage): void {
    this.#expected.set(image.offset, { delta, image });
  }

  /** Makes one change of the snapshot and what comes behind it. */
  onSnapshot(snapshot: CommittedSnapshot): void {
    assert(this.#image === EMPTY_IMAGE && this.#replaying === undefined, 'metadata: a snapshot comes first');
    const delta = new MetadataDelta(this.#image);
    for (const value of snapshot.values) delta.replay(decodeMetadataRecord(value));
    this.#replaying = { delta, offset: snapshot.lastOffset, epoch: snapshot.epoch };
    this.#visitEarlier = snapshot.visitEarlier;
  }

  /**
   * What comes in one go is one change: a start replays all that has ever happened, and an image of each step of it would take
   * most of the start.
   */
  onCommitted(batch: CommittedBatch): void {
    const expected = this.#expectedOf(batch);
    if (expected !== undefined) {
      this.#publish(expected.delta, expected.image);
      return;
    }
    this.#replaying ??= { delta: new MetadataDelta(this.#image), offset: -1, epoch: -1 };
    for (const value of batch.values) this.#replaying.delta.replay(decodeMetadataRecord(value));
    this.#replaying.offset = batch.lastOffset;
    this.#replaying.epoch = batch.epoch;
  }

  onDelivered(): void {
    if (this.#replaying === undefined) return;
    const { delta, offset, epoch } = this.#replaying;
    this.#replaying = undefined;
    this.#publish(delta, delta.build({ offset, epoch }));
  }

  onLeaderChange(leader: LeaderAndEpoch): void {
    this.#leader = leader;
    this.#expected.clear();
  }

  /** An epoch has one leader: a batch of this offset and epoch is the one that it appended. */
  #expectedOf(batch: CommittedBatch) {
    const expected = this.#expected.get(batch.lastOffset);
    this.#expected.delete(batch.lastOffset);
    const isNext = this.#replaying === undefined && expected?.delta.image === this.#image;
    return isNext && expected.image.epoch === batch.epoch ? expected : undefined;
  }

  #publish(delta: MetadataDelta, image: MetadataImage): void {
    this.#image = image;
    this.#whole = undefined;
    if (this.#removedTopics !== undefined) {
      for (const id of delta.removedTopicIds) this.#removedTopics.ids.add(id);
      for (const name of delta.removedTopicNames) this.#removedTopics.names.add(name);
    }
    for (const publisher of this.#publishers) publisher.onUpdate(delta, image);
  }
}

/** All of an image as one change of the empty one. */
function deltaFromEmpty(image: MetadataImage): MetadataDelta {
  const delta = new MetadataDelta(EMPTY_IMAGE);
  delta.adopt(image);
  return delta;
}
