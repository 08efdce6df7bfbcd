import type { ConsumerRecord, FetchedRecords } from '../types.ts';
import type { PartitionChunk } from './partition-chunk.ts';

/** The records of one poll, of a fetch that other consumers read, too; made only where {@link SharedFetches} are. */
export class SharedRecords implements FetchedRecords {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ConsumerRecord[];
  readonly highWatermark: number;
  readonly leaderEpoch: number;
  readonly nextOffset: number;
  /** The index of the first record in each {@link column}. */
  readonly first: number;
  readonly #chunk: PartitionChunk;

  constructor(
    fetched: FetchedRecords,
    { chunk, first }: { readonly chunk: PartitionChunk; readonly first: number },
  ) {
    this.topic = fetched.topic;
    this.partition = fetched.partition;
    this.records = fetched.records;
    this.highWatermark = fetched.highWatermark;
    this.leaderEpoch = fetched.leaderEpoch;
    this.nextOffset = fetched.nextOffset;
    this.first = first;
    this.#chunk = chunk;
  }

  /**
   * What a maker has made of the records of the fetch, those of this poll from {@link first} on; undefined where nobody has
   * yet. Whoever makes something of a record puts it there for the others, and changes it no more.
   */
  column(maker: object): unknown[] {
    return this.#chunk.column(maker);
  }
}
