import type { Environment, Timer } from '../../base/environment.ts';
import { Queue } from '../../base/queue.ts';
import { partitionKey } from '../topic-partitions.ts';
import type { FetchAnswer, FetchPlace, FetchReader, FoundChunk } from './fetch-source.ts';
import type { PartitionChunk } from './partition-chunk.ts';
import { ReaderPlaces } from './reader-places.ts';

/** What the chunks that are kept for others may take, by the estimate of {@link bytesOf}. */
const KEPT_BYTES_MAX = 48 * 1024 * 1024;

/** What of it all have passed who are known to read the partition: it is kept for those who begin, a little behind them. */
const PASSED_BYTES_MAX = 4 * 1024 * 1024;

/** So many chunks of a partition are kept: at the end of a busy log they are small. */
const KEPT_CHUNKS_MAX = 64;

/** How long a chunk is kept: whoever comes later than that is no neighbour. */
const KEPT_MS = 10_000;

/** What a record that was read takes beside its bytes: its object, the views of its key and value, what was made of it. */
const RECORD_BYTES = 500;

interface Kept {
  readonly partition: KeptPartition;
  /** Undefined once it is kept no more. */
  chunk: PartitionChunk | undefined;
  readonly sinceMs: number;
  /** All who are known to read the partition have taken it. */
  isPassed: boolean;
}

interface KeptPartition {
  readonly key: string;
  readonly topicId: string;
  /** Oldest first. */
  readonly kept: Kept[];
  readonly readers: ReaderPlaces;
  marks: FoundChunk['marks'];
}

/** What was fetched last of each partition, for others who come to the same place soon. */
export class ChunkCache {
  readonly #environment: Environment;
  readonly #bytesMax: number;
  readonly #passedBytesMax: number;
  readonly #partitions = new Map<string, KeptPartition>();
  /** Of all partitions, oldest first; among them some that are kept no more. */
  readonly #oldest = new Queue<Kept>();
  /** Those that all have passed, in the order in which they have; among them some that are kept no more. */
  readonly #passed = new Queue<Kept>();
  #bytes = 0;
  #passedBytes = 0;
  #timer: Timer | undefined;

  constructor(
    environment: Environment,
    limits: { readonly bytesMax?: number; readonly passedBytesMax?: number } = {},
  ) {
    const { bytesMax = KEPT_BYTES_MAX, passedBytesMax = PASSED_BYTES_MAX } = limits;
    this.#environment = environment;
    this.#bytesMax = bytesMax;
    this.#passedBytesMax = passedBytesMax;
  }

  /** Of how many partitions something is kept. */
  get size(): number {
    return this.#partitions.size;
  }

  /** What is kept takes so much. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * @param reader who wants it; undefined where it is only looked whether there is any.
   * @returns a chunk with the offset in it, if the reader has read the same history of the partition before it.
   */
  find(
    { topic, partition, topicId, fetchOffset, fetchEpoch }: FetchPlace,
    reader?: FetchReader,
  ): FoundChunk | undefined {
    const known = this.#partitions.get(partitionKey(topic, partition));
    // What lies before the log's start is gone, though it may still be here.
    if (known === undefined || known.topicId !== topicId || fetchOffset < known.marks.logStartOffset)
      return undefined;
    if (reader !== undefined) this.#moved(known, reader, fetchOffset);
    const found = known.kept.findLast(({ chunk }) => holds(chunk, fetchOffset, fetchEpoch));
    return found?.chunk && { chunk: found.chunk, marks: known.marks };
  }

  /** Keeps an answer. One that is not of the history that was read so far makes void all that is kept of the partition. */
  put({ topic, partition, topicId }: FetchPlace, { response, chunk }: FetchAnswer): void {
    const key = partitionKey(topic, partition);
    let known = this.#partitions.get(key);
    const isBroken = response.errorCode !== 0 || response.divergingEpoch.epoch >= 0;
    if (known !== undefined && (isBroken || known.topicId !== topicId)) {
      for (const kept of [...known.kept]) this.#drop(kept);
      this.#partitions.delete(key);
      known = undefined;
    }
    if (isBroken) return;
    const { highWatermark, lastStableOffset, logStartOffset } = response;
    const marks = { highWatermark, lastStableOffset, logStartOffset };
    if (known !== undefined) known.marks = marks;
    if (chunk === undefined || chunk.empty) return;
    if (known === undefined) {
      known = { key, topicId, kept: [], readers: new ReaderPlaces(), marks };
      this.#partitions.set(key, known);
    }
    const sinceMs = this.#environment.clock.monotonicMs();
    const kept: Kept = { partition: known, chunk, sinceMs, isPassed: false };
    known.kept.push(kept);
    this.#oldest.push(kept);
    this.#bytes += bytesOf(chunk);
    const first = known.kept[0];
    if (first !== undefined && known.kept.length > KEPT_CHUNKS_MAX) this.#drop(first);
    this.#trim();
  }

  clear(): void {
    this.#partitions.clear();
    this.#oldest.clear();
    this.#passed.clear();
    this.#bytes = 0;
    this.#passedBytes = 0;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #moved({ kept, readers }: KeptPartition, reader: FetchReader, offset: number): void {
    const before = readers.least;
    readers.moved(reader, offset);
    const { least } = readers;
    if (least <= before || least === Number.POSITIVE_INFINITY) return;
    for (const each of kept) {
      if (each.chunk === undefined || each.isPassed || each.chunk.endOffset > least) continue;
      each.isPassed = true;
      this.#passed.push(each);
      this.#passedBytes += bytesOf(each.chunk);
    }
    while (this.#passedBytes > this.#passedBytesMax) {
      const first = this.#passed.shift();
      if (first === undefined) return;
      this.#drop(first);
    }
  }

  /** Lets the oldest go beyond the limit, and all that are old; looks again when those that are left are. */
  #trim(): void {
    const nowMs = this.#environment.clock.monotonicMs();
    for (let first = this.#oldest.first; first !== undefined; first = this.#oldest.first) {
      const isDue = this.#bytes > this.#bytesMax || nowMs - first.sinceMs >= KEPT_MS;
      if (first.chunk !== undefined && !isDue) break;
      this.#oldest.shift();
      this.#drop(first);
    }
    while (this.#passed.first !== undefined && this.#passed.first.chunk === undefined) this.#passed.shift();
    if (this.#oldest.first === undefined || this.#timer !== undefined) return;
    this.#timer = this.#environment.timers.after(KEPT_MS, () => {
      this.#timer = undefined;
      for (const { readers } of this.#partitions.values()) readers.forget();
      this.#trim();
    });
  }

  #drop(kept: Kept): void {
    const { partition, chunk } = kept;
    if (chunk === undefined) return;
    kept.chunk = undefined;
    partition.kept.splice(partition.kept.indexOf(kept), 1);
    if (partition.kept.length === 0 && this.#partitions.get(partition.key) === partition)
      this.#partitions.delete(partition.key);
    this.#bytes -= bytesOf(chunk);
    if (kept.isPassed) this.#passedBytes -= bytesOf(chunk);
  }
}

function holds(chunk: PartitionChunk | undefined, offset: number, epoch: number): boolean {
  if (chunk === undefined || chunk.isDamaged || offset < chunk.startOffset || offset >= chunk.endOffset)
    return false;
  // Whoever knows what epoch the record before had asks the broker, unless it is the one that was read here.
  return epoch === -1 || epoch === chunk.epochBefore(offset);
}

/** An estimate of what a chunk takes. */
function bytesOf(chunk: PartitionChunk): number {
  return chunk.byteLength + chunk.recordsCount * RECORD_BYTES;
}
