import type { Environment, Timer } from '../../base/environment.ts';
import { Queue } from '../../base/queue.ts';
import { partitionKey } from '../topic-partitions.ts';
import type { FetchAnswer, FetchPlace, FoundChunk } from './fetch-source.ts';
import type { PartitionChunk } from './partition-chunk.ts';

/** What the chunks that are kept for others may take, by the estimate of {@link bytesOf}. */
const KEPT_BYTES_MAX = 48 * 1024 * 1024;

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
}

interface KeptPartition {
  readonly key: string;
  readonly topicId: string;
  /** Oldest first. */
  readonly kept: Kept[];
  marks: FoundChunk['marks'];
}

/** What was fetched last of each partition, for others who come to the same place soon. */
export class ChunkCache {
  readonly #environment: Environment;
  readonly #bytesMax: number;
  readonly #partitions = new Map<string, KeptPartition>();
  /** Of all partitions, oldest first; among them some that are kept no more. */
  readonly #oldest = new Queue<Kept>();
  #bytes = 0;
  #timer: Timer | undefined;

  constructor(environment: Environment, bytesMax: number = KEPT_BYTES_MAX) {
    this.#environment = environment;
    this.#bytesMax = bytesMax;
  }

  /** Of how many partitions something is kept. */
  get size(): number {
    return this.#partitions.size;
  }

  /** What is kept takes so much. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns a chunk with the offset in it, if the reader has read the same history of the partition before it. */
  find({ topic, partition, topicId, fetchOffset, fetchEpoch }: FetchPlace): FoundChunk | undefined {
    const known = this.#partitions.get(partitionKey(topic, partition));
    // What lies before the log's start is gone, though it may still be here.
    if (known === undefined || known.topicId !== topicId || fetchOffset < known.marks.logStartOffset)
      return undefined;
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
    if (known === undefined) this.#partitions.set(key, (known = { key, topicId, kept: [], marks }));
    const kept: Kept = { partition: known, chunk, sinceMs: this.#environment.clock.monotonicMs() };
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
    this.#bytes = 0;
    this.#timer?.cancel();
    this.#timer = undefined;
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
    if (this.#oldest.first === undefined || this.#timer !== undefined) return;
    this.#timer = this.#environment.timers.after(KEPT_MS, () => {
      this.#timer = undefined;
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
