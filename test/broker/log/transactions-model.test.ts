import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { abortedOf, appendVerified, makeMarker } from './batches.ts';
import { openLog } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const CONFIG = { segmentBytes: 700, indexIntervalBytes: 100 };
const PRODUCERS = [1, 2, 3];

/** One offset of the log, as it is written. */
interface Entry {
  readonly producerId: number;
  readonly value: number;
  readonly kind: 'plain' | 'transactional' | 'commit' | 'abort';
}

/** What a log of transactions is, without any cleverness: a list, of which everything is computed anew each time. */
class ModelLog {
  readonly entries: Entry[] = [];
  startOffset = 0;

  /** Where the transaction began that the entry at `offset` is of, and where it ended. */
  #endOf(offset: number): number | undefined {
    const { producerId } = this.entries[offset] ?? {};
    for (let at = offset; at < this.entries.length; at++) {
      const entry = this.entries[at];
      if (entry?.producerId === producerId && (entry?.kind === 'commit' || entry?.kind === 'abort'))
        return at;
    }
    return undefined;
  }

  /** @param stableBefore markers before it count as replicated. */
  lastStableOffset(highWatermark: number, stableBefore = highWatermark): number {
    const unstable = this.entries.findIndex(({ kind }, offset) => {
      if (kind !== 'transactional') return false;
      const end = this.#endOf(offset);
      return end === undefined || end >= stableBefore;
    });
    if (unstable < 0) return highWatermark;
    return Math.max(this.startOffset, Math.min(unstable, highWatermark));
  }

  /** What a read_committed consumer is given from the start to the last stable offset. */
  visible(end: number): readonly number[] {
    const found: number[] = [];
    for (let offset = this.startOffset; offset < end; offset++) {
      const entry = this.entries[offset];
      if (entry?.kind === 'plain') found.push(entry.value);
      if (entry?.kind !== 'transactional') continue;
      if (this.entries[this.#endOf(offset) ?? -1]?.kind === 'commit') found.push(entry.value);
    }
    return found;
  }
}

/** Reads as a consumer does: up to the last stable offset, without the batches of aborted transactions. */
function consume(log: Log): readonly number[] {
  const end = log.lastStableOffset;
  const values: number[] = [];
  let offset = log.logStartOffset;
  while (offset < end) {
    const read = log.read(offset, { maxBytes: 300, upperBoundOffset: end, minOneBatch: true });
    expect(read.errorCode).toBe(0);
    if (read.nextOffset <= offset) break;
    const waiting = [...abortedOf(log, offset, read.nextOffset)];
    const aborted = new Set<number>();
    for (const batch of batchesOf(Buffer.concat(read.chunks))) {
      for (const each of waiting.filter(({ firstOffset }) => firstOffset <= batch.lastOffset)) {
        waiting.splice(waiting.indexOf(each), 1);
        aborted.add(each.producerId);
      }
      if (batch.isControl) {
        const [marker] = decodeBatch(batch);
        if (marker?.key?.readInt16BE(2) === 0) aborted.delete(batch.producerId);
      } else if (!batch.isTransactional || !aborted.has(batch.producerId)) {
        for (const record of decodeBatch(batch))
          if (record.offset >= log.logStartOffset) values.push(Number(record.value));
      }
    }
    offset = read.nextOffset;
  }
  return values;
}

/** All that a log knows of its producers. */
function producersOf(log: Log): unknown {
  return Array.from(log.activeProducers, (producer) => ({
    id: producer.producerId,
    epoch: producer.producerEpoch,
    coordinatorEpoch: producer.coordinatorEpoch,
    lastSequence: producer.lastSequence,
    lastOffset: producer.lastOffset,
    begun: producer.currentTxnFirstOffset,
    lastTimestamp: producer.lastTimestamp,
  })).toSorted((a, b) => a.id - b.id);
}

type Command =
  | { readonly kind: 'write'; readonly producer: number; readonly records: number; readonly isPlain: boolean }
  | { readonly kind: 'end'; readonly producer: number; readonly isAbort: boolean; readonly bumps: boolean }
  | { readonly kind: 'replicate' }
  | { readonly kind: 'restart'; readonly isClean: boolean }
  | { readonly kind: 'truncate'; readonly part: number }
  | { readonly kind: 'delete'; readonly part: number };

const producer = fc.integer({ min: 0, max: PRODUCERS.length - 1 });
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      producer,
      records: fc.integer({ min: 1, max: 3 }),
      isPlain: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      producer,
      isAbort: fc.boolean(),
      bumps: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'replicate' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), isClean: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('truncate' as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
);

/** A leader's log, a follower's, and what both have to be. */
class World {
  readonly model = new ModelLog();
  readonly #root = temporaryDirectory();
  log = openLog(this.#root, CONFIG);
  readonly follower = openLog(temporaryDirectory(), CONFIG);
  #value = 0;
  /** Where the batches begin, and where the log ends. */
  #starts = [0];
  #reloadedTo = 0;

  async run(each: Command): Promise<void> {
    switch (each.kind) {
      case 'write':
        return this.#write(PRODUCERS[each.producer] ?? 0, each);
      case 'end':
        return this.#end(PRODUCERS[each.producer] ?? 0, each);
      case 'replicate':
        return this.#replicate();
      case 'restart':
        return this.#restart(each.isClean);
      case 'truncate':
        return this.#truncate(each.part);
      case 'delete':
        return this.#delete(each.part);
    }
  }

  check(): void {
    const { log, follower, model } = this;
    expect(log.logEndOffset).toBe(model.entries.length);
    const { highWatermark, lastStableOffset } = log;
    expect(lastStableOffset).toBeGreaterThanOrEqual(model.lastStableOffset(highWatermark));
    // As in Kafka, a log that is opened, or cut, does not know which markers before that were not replicated.
    const stableBefore = Math.max(highWatermark, this.#reloadedTo);
    expect(lastStableOffset).toBeLessThanOrEqual(model.lastStableOffset(highWatermark, stableBefore));
    expect(consume(log)).toEqual(model.visible(lastStableOffset));
    if (follower.logEndOffset !== log.logEndOffset) return;
    expect(producersOf(follower)).toEqual(producersOf(log));
    if (follower.highWatermark !== log.highWatermark || highWatermark < log.logEndOffset) return;
    expect(follower.lastStableOffset).toBe(log.lastStableOffset);
    expect(consume(follower)).toEqual(consume(log));
  }

  close(): void {
    this.log.closeHandles();
    this.follower.closeHandles();
  }

  #write(
    producerId: number,
    { records, isPlain }: { readonly records: number; readonly isPlain: boolean },
  ): void {
    const entry = [...this.log.activeProducers].find((known) => known.producerId === producerId);
    const isOpen = (entry?.currentTxnFirstOffset ?? -1) >= 0;
    const kind = isPlain && !isOpen ? 'plain' : 'transactional';
    const builder = new BatchBuilder();
    for (let i = 0; i < records; i++) builder.append(null, Buffer.from(String(this.#value + i)), 1_000);
    const batch = builder.build({
      producerId,
      producerEpoch: entry?.producerEpoch ?? 0,
      baseSequence: (entry?.lastSequence ?? -1) + 1,
      isTransactional: kind === 'transactional',
    });
    const appended =
      kind === 'plain' ? this.log.appendAsLeader(batch, { leaderEpoch: 0 }) : appendVerified(this.log, batch);
    expect(appended.errorCode).toBe(0);
    for (let i = 0; i < records; i++) this.model.entries.push({ producerId, value: this.#value++, kind });
    this.#starts.push(this.log.logEndOffset);
  }

  #end(producerId: number, { isAbort, bumps }: { readonly isAbort: boolean; readonly bumps: boolean }): void {
    const entry = [...this.log.activeProducers].find((known) => known.producerId === producerId);
    const producerEpoch = (entry?.producerEpoch ?? 0) + (bumps ? 1 : 0);
    const coordinatorEpoch = Math.max(0, entry?.coordinatorEpoch ?? 0);
    const marker = makeMarker({ producerId, producerEpoch, isAbort, coordinatorEpoch });
    const options = { leaderEpoch: 0, origin: 'coordinator' as const, transactionVersion: bumps ? 2 : 0 };
    expect(this.log.appendAsLeader(marker, options).errorCode).toBe(0);
    this.model.entries.push({ producerId, value: -1, kind: isAbort ? 'abort' : 'commit' });
    this.#starts.push(this.log.logEndOffset);
  }

  /** The follower takes what it lacks, some of it at once; then both know that it is committed. */
  #replicate(): void {
    const { log, follower } = this;
    while (follower.logEndOffset < log.logEndOffset) {
      const read = log.read(follower.logEndOffset, {
        maxBytes: 200,
        upperBoundOffset: log.logEndOffset,
        minOneBatch: true,
      });
      expect(follower.appendAsFollower(Buffer.concat(read.chunks)).errorCode).toBe(0);
    }
    log.setHighWatermark(log.logEndOffset);
    follower.setHighWatermark(log.logEndOffset);
  }

  async #restart(isClean: boolean): Promise<void> {
    const before = producersOf(this.log);
    const { highWatermark, logStartOffset } = this.log;
    if (isClean) await this.log.close();
    else this.log.closeHandles();
    this.log = openLog(this.#root, CONFIG, { hadCleanShutdown: isClean, highWatermark, logStartOffset });
    expect(producersOf(this.log)).toEqual(before);
    this.#reloadedTo = this.log.logEndOffset;
  }

  /** What is not committed is taken back. */
  #truncate(part: number): void {
    const { log, model, follower } = this;
    const wanted = log.highWatermark + part * (log.logEndOffset - log.highWatermark);
    const offset = this.#starts.find((start) => start >= wanted) ?? log.logEndOffset;
    log.truncateTo(offset);
    model.entries.length = offset;
    this.#starts = this.#starts.filter((start) => start <= offset);
    this.#reloadedTo = offset;
    follower.truncateTo(Math.min(follower.logEndOffset, log.logEndOffset));
  }

  #delete(part: number): void {
    const { log, model } = this;
    const offset = Math.round(log.logStartOffset + part * (log.highWatermark - log.logStartOffset));
    expect(log.deleteRecordsBefore(offset)).toBe(0);
    model.startOffset = log.logStartOffset;
    this.follower.advanceLogStartOffset(offset);
  }
}

describe('a log with transactions', () => {
  it('shows what a plain list of its records shows, on the leader, the follower and after every restart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 60 }), async (commands) => {
        const world = new World();
        try {
          for (const each of commands) {
            await world.run(each);
            world.check();
          }
        } finally {
          world.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
