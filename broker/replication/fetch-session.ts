import type { RequestOf } from '../../src/protocol/message.ts';
import type { fetch } from '../../src/protocol/messages/01-fetch.ts';

export type FetchRequest = RequestOf<typeof fetch>;
type TopicRequest = Pick<FetchRequest['topics'][number], 'topic' | 'topicId'>;
type PartitionRequest = FetchRequest['topics'][number]['partitions'][number];

/** What a response is about to say of one partition, as far as it decides whether it has to be said. */
export interface PartitionNews {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly sizeInBytes: number;
  readonly divergingEpoch: unknown;
}

/** One partition that is fetched: how it was asked for last, and what its reader was told last. */
export class FetchedPartition {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  request: PartitionRequest;
  #highWatermark = -1;
  #logStartOffset = -1;

  constructor({ topic, topicId }: TopicRequest, request: PartitionRequest) {
    this.topic = topic;
    this.topicId = topicId;
    this.partition = request.partition;
    this.request = request;
  }

  /** Notes what the reader is told in a response that names all partitions. */
  onTold({ highWatermark, logStartOffset }: PartitionNews): void {
    this.#highWatermark = highWatermark;
    this.#logStartOffset = logStartOffset;
  }

  /**
   * Whether an incremental response has to name this partition: it has records, an error, another history, or offsets that
   * the reader does not know. Takes for granted that the response is sent.
   */
  mustTell(news: PartitionNews): boolean {
    const { errorCode, highWatermark, logStartOffset, sizeInBytes, divergingEpoch } = news;
    const isNew = highWatermark !== this.#highWatermark || logStartOffset !== this.#logStartOffset;
    // Once the error is over the partition is told of again, whatever its offsets are.
    this.#highWatermark = errorCode === 0 ? highWatermark : -1;
    this.#logStartOffset = logStartOffset;
    return isNew || errorCode !== 0 || sizeInBytes > 0 || divergingEpoch !== null;
  }
}

const EPOCH_MAX = 2 ** 31 - 1;

/** The epoch of the request after one. */
export function nextSessionEpoch(epoch: number): number {
  return epoch === EPOCH_MAX ? 1 : epoch + 1;
}

interface FetchSessionOptions {
  readonly id: number;
  readonly isFollower: boolean;
  readonly usesTopicIds: boolean;
  readonly partitions: readonly FetchedPartition[];
  readonly nowMs: number;
}

/** A fetch session (KIP-227): the partitions that one reader fetches, so that its requests name only what has changed. */
export class FetchSession {
  readonly id: number;
  readonly isFollower: boolean;
  /** Topics are named by id, in all of its requests. */
  readonly usesTopicIds: boolean;
  readonly createdMs: number;
  lastUsedMs: number;
  /** Partitions when it was used last: what it is worth to keep. */
  size: number;
  /** Of the next request. */
  epoch = 1;
  /** In the order in which they are read: those that gave records go to the end, so that all have their turn. */
  readonly #partitions = new Map<string, FetchedPartition>();

  constructor({ id, isFollower, usesTopicIds, partitions, nowMs }: FetchSessionOptions) {
    this.id = id;
    this.isFollower = isFollower;
    this.usesTopicIds = usesTopicIds;
    this.createdMs = nowMs;
    this.lastUsedMs = nowMs;
    for (const partition of partitions)
      this.#partitions.set(keyOf(partition, partition.partition), partition);
    this.size = this.#partitions.size;
  }

  get partitions(): readonly FetchedPartition[] {
    return [...this.#partitions.values()];
  }

  get partitionCount(): number {
    return this.#partitions.size;
  }

  /** Takes over what an incremental request says anew, adds and forgets. */
  update({ topics, forgottenTopicsData }: FetchRequest): void {
    for (const topic of topics) {
      for (const request of topic.partitions) {
        const key = keyOf(topic, request.partition);
        const known = this.#partitions.get(key);
        if (known === undefined) this.#partitions.set(key, new FetchedPartition(topic, request));
        else known.request = request;
      }
    }
    for (const topic of forgottenTopicsData)
      for (const partition of topic.partitions) this.#partitions.delete(keyOf(topic, partition));
  }

  moveToEnd(partition: FetchedPartition): void {
    const key = keyOf(partition, partition.partition);
    // It may have been forgotten while the fetch waited.
    if (this.#partitions.delete(key)) this.#partitions.set(key, partition);
  }
}

/** Topics have a name or an id, as the version of the request has it; names have no slash. */
function keyOf({ topic, topicId }: TopicRequest, partition: number): string {
  return `${topic}/${topicId}/${partition}`;
}
