import type { Timer, Timers } from '../../src/base/environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { ReadLease, ReadMemory } from '../log/read-memory.ts';
import type { Partition } from './partition.ts';
import {
  admitFetch,
  type PartitionFetch,
  type PartitionRead,
  type Reader,
  readFailure,
  readLimit,
  readPartition,
} from './partition-read.ts';
import type { DelayedOperation } from './watch-list.ts';

/** One partition of a fetch; `partition` is null where it cannot be read, and `errorCode` says why. */
export interface FetchItem {
  readonly partition: Partition | null;
  readonly errorCode: number;
  readonly fetch: PartitionFetch;
}

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** Memory for what fetches read, until their clients have taken it. */
export interface ReadRoom {
  /** How much a fetch may read now; 0 while it has to wait. A first batch may be larger. */
  bytesNow(): number;
  /** Calls back, once, when there is room again. */
  wait(callback: () => void): void;
  cancel(callback: () => void): void;
  /** Buffers to read into. */
  lease(): ReadLease;
}

/**
 * Called once with one read per item, in order, and with the memory that they lie in: that is released when the response
 * has been sent.
 */
type OnFetched = (reads: readonly PartitionRead[], memory: ReadLease) => void;

/**
 * A fetch: reads at once, and when that is less than asked for waits until one of its partitions has more, an error
 * shows, or the time is up (long polling). What a partition waits for costs nothing until the partition changes. While
 * there is no room for what would be read nothing is read, and the fetch may take longer than asked for.
 */
export class DelayedFetch implements DelayedOperation {
  readonly #items: readonly FetchItem[];
  readonly #reader: Reader;
  readonly #limits: FetchLimits;
  readonly #room: ReadRoom;
  #onDone: OnFetched | undefined;
  /** Set for items whose fetch was refused: by index. */
  readonly #refused: (PartitionRead | null)[] = [];
  #timer: Timer | undefined;
  #done = false;
  /** There is nothing more to wait for: the next read is the answer. */
  #mustAnswer = false;
  #waitsForRoom = false;
  /** What reads could not tell yet. */
  #pending: Set<Promise<void>> | undefined;
  /** Bytes that the last read found, and the size that the logs had then: bounds what a new read can find. */
  #bytesRead = 0;
  #logBytes = 0;

  constructor(
    items: readonly FetchItem[],
    reader: Reader,
    limits: FetchLimits,
    room: ReadRoom,
    onDone: OnFetched,
  ) {
    this.#items = items;
    this.#reader = reader;
    this.#limits = limits;
    this.#room = room;
    this.#onDone = onDone;
  }

  get done(): boolean {
    return this.#done;
  }

  start(timers: Timers): void {
    this.#mustAnswer = this.#limits.maxWaitMs <= 0 || this.#items.length === 0;
    for (const { partition, errorCode, fetch } of this.#items) {
      const refused =
        partition === null ? readFailure(errorCode) : admitFetch(partition, fetch, this.#reader);
      this.#refused.push(refused);
      if (refused !== null) this.#mustAnswer = true;
      else if (partition !== null && fetch.knownHighWatermark < partition.log.highWatermark)
        this.#mustAnswer = true;
    }
    if (this.#attempt() || this.#mustAnswer) return;
    for (const { partition } of this.#items) partition?.fetchWatchers.add(this);
    this.#timer = timers.after(this.#limits.maxWaitMs, () => {
      this.#mustAnswer = true;
      this.#attempt();
    });
  }

  /** Gives up without an answer: the client has gone. */
  cancel(): void {
    if (this.#done) return;
    this.#end();
    this.#room.cancel(this.#onRoom);
  }

  tryComplete(): boolean {
    if (this.#done) return true;
    if (this.#waitsForRoom) return false;
    let available = false;
    let logBytes = 0;
    for (const { partition, fetch } of this.#items) {
      if (partition === null) continue;
      const limit = readLimit(partition, this.#reader);
      const { log } = partition;
      if (
        partition.checkLeaderEpoch(fetch.currentLeaderEpoch) !== ErrorCode.NONE ||
        fetch.fetchOffset > log.logEndOffset ||
        fetch.fetchOffset < log.logStartOffset ||
        fetch.knownHighWatermark < log.highWatermark
      ) {
        this.#mustAnswer = true;
        return this.#attempt();
      }
      if (limit > fetch.fetchOffset) available = true;
      logBytes += log.sizeInBytes;
    }
    if (!available) return false;
    // A new read can find no more than what was appended since the last one: worth a try only then.
    if (this.#bytesRead + Math.max(0, logBytes - this.#logBytes) < this.#limits.minBytes) return false;
    return this.#attempt();
  }

  /** Reads, and answers when that is enough; answers whether it has. */
  #attempt(): boolean {
    if (this.#done || this.#waitsForRoom) return this.#done;
    const roomBytes = this.#room.bytesNow();
    if (roomBytes <= 0) {
      this.#waitsForRoom = true;
      this.#room.wait(this.#onRoom);
      return false;
    }
    const memory = this.#room.lease();
    const reads = this.#readAll(Math.min(this.#limits.maxBytes, roomBytes), memory);
    // Where there is little room, it need not be filled to the last byte: batches are read whole.
    const enough = Math.min(this.#limits.minBytes, Math.ceil(roomBytes / 2));
    if (!this.#mustAnswer && this.#bytesRead < enough && !hasError(reads)) {
      memory.release();
      return false;
    }
    this.#finish(reads, memory);
    return true;
  }

  readonly #onRoom = (): void => {
    this.#waitsForRoom = false;
    this.#attempt();
  };

  /**
   * Reads all partitions in request order. Limits are soft: the first partition that has anything gives at least one
   * batch, however large; the others share what remains.
   */
  #readAll(bytesMax: number, memory: ReadMemory): readonly PartitionRead[] {
    let remaining = bytesMax;
    let bytesRead = 0;
    let logBytes = 0;
    const reads: PartitionRead[] = [];
    for (let i = 0; i < this.#items.length; i++) {
      const item = this.#items[i];
      if (item === undefined) break;
      const { partition, fetch } = item;
      const refused = this.#refused[i] ?? null;
      if (refused !== null || partition === null) {
        reads.push(refused ?? readFailure(item.errorCode));
        continue;
      }
      const fenced = partition.checkLeaderEpoch(fetch.currentLeaderEpoch);
      if (fenced !== ErrorCode.NONE) {
        reads.push(readFailure(fenced));
        continue;
      }
      const read = readPartition(partition, fetch, {
        reader: this.#reader,
        maxBytes: Math.max(0, Math.min(fetch.maxBytes, remaining)),
        minOneBatch: bytesRead === 0,
        memory,
      });
      reads.push(read);
      if (read.pending !== null) this.#readWhenTold(read.pending);
      remaining -= read.sizeInBytes;
      bytesRead += read.sizeInBytes;
      logBytes += partition.log.sizeInBytes;
    }
    this.#bytesRead = bytesRead;
    this.#logBytes = logBytes;
    return reads;
  }

  /** Where the time is up before, the partition looks as if it had nothing yet, and its consumer asks again. */
  #readWhenTold(pending: Promise<void>): void {
    this.#pending ??= new Set();
    if (this.#pending.has(pending)) return;
    this.#pending.add(pending);
    void pending.then(() => {
      this.#pending?.delete(pending);
      this.#attempt();
    });
  }

  #finish(reads: readonly PartitionRead[], memory: ReadLease): void {
    if (this.#done) return;
    const onDone = this.#onDone;
    this.#end();
    onDone?.(reads, memory);
  }

  /** Lists that still hold this forget it later: the request and its memory go now. */
  #end(): void {
    this.#done = true;
    this.#timer?.cancel();
    this.#onDone = undefined;
  }
}

function hasError(reads: readonly PartitionRead[]): boolean {
  return reads.some((read) => read.errorCode !== ErrorCode.NONE);
}
