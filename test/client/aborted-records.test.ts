import { describe, expect, it } from 'vitest';
import { PartitionChunk } from '../../src/client/consumer/partition-chunk.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';
import { controlBatch, endTransactionRecord } from '../../src/protocol/records/control-record.ts';
import { SeededRandom } from '../sim/seeded-random.ts';
import { seedsOf } from '../sim/simulation.ts';

interface LoggedBatch {
  readonly bytes: Buffer;
  readonly nextOffset: number;
}

/** An entry of the transaction index, as a broker has it. */
interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** A log that producers have written to side by side, in transactions and without, and what of it is to be seen. */
class RandomLog {
  readonly batches: LoggedBatch[] = [];
  readonly aborted: AbortedTransaction[] = [];
  readonly visible = new Set<number>();
  readonly #random: SeededRandom;
  /** By producer, the offsets of its open transaction. */
  readonly #open = new Map<number, number[]>();
  #end = 0;

  constructor(random: SeededRandom, events: number) {
    this.#random = random;
    for (let i = 0; i < events; i++) this.#event(random.int(5));
    for (const producerId of this.#open.keys()) this.#finish(producerId);
  }

  get end(): number {
    return this.#end;
  }

  /** What a broker answers with from an offset on, so many batches at most. */
  fetch(fetchOffset: number, count: number) {
    const from = this.batches.findIndex(({ nextOffset }) => nextOffset > fetchOffset);
    const batches = this.batches.slice(from, from + count);
    const upper = batches.at(-1)?.nextOffset ?? fetchOffset;
    const aborted = this.aborted.filter(
      ({ firstOffset, lastOffset }) => lastOffset >= fetchOffset && firstOffset < upper,
    );
    return { bytes: Buffer.concat(batches.map(({ bytes }) => bytes)), aborted, upper };
  }

  /** Producer 0 writes without transactions. */
  #event(producerId: number): void {
    const isEnd = this.#open.has(producerId) && this.#random.chance(0.3);
    if (isEnd) this.#finish(producerId);
    else this.#write(producerId);
  }

  #write(producerId: number): void {
    const count = 1 + this.#random.int(3);
    const builder = new BatchBuilder();
    for (let i = 0; i < count; i++) builder.append(null, Buffer.from(String(this.#end + i)), 1_000);
    const bytes = builder.build({
      baseOffset: this.#end,
      partitionLeaderEpoch: 1,
      producerId,
      producerEpoch: 0,
      baseSequence: 0,
      isTransactional: producerId > 0,
    });
    const offsets = Array.from({ length: count }, (_, i) => this.#end + i);
    if (producerId === 0) for (const offset of offsets) this.visible.add(offset);
    else this.#open.set(producerId, [...(this.#open.get(producerId) ?? []), ...offsets]);
    this.#append(bytes, count);
  }

  #finish(producerId: number): void {
    const offsets = this.#open.get(producerId) ?? [];
    const commit = this.#random.chance(0.5);
    this.#open.delete(producerId);
    if (commit) for (const offset of offsets) this.visible.add(offset);
    else this.aborted.push({ producerId, firstOffset: offsets[0] ?? -1, lastOffset: this.#end });
    const options = { baseOffset: this.#end, partitionLeaderEpoch: 1, producerId, producerEpoch: 0 };
    const record = endTransactionRecord({ commit, coordinatorEpoch: 0 });
    this.#append(controlBatch([record], { ...options, isTransactional: true, timestamp: 1_000 }), 1);
  }

  #append(bytes: Buffer, count: number): void {
    this.batches.push({ bytes, nextOffset: this.#end + count });
    this.#end += count;
  }
}

function read(log: RandomLog, fetchOffset: number, count: number, isCommitted: boolean): readonly number[] {
  const { bytes, aborted } = log.fetch(fetchOffset, count);
  const place = { topic: 't', partition: 0, fetchOffset, fetchEpoch: -1 };
  const chunk = new PartitionChunk(place, bytes, {
    checkCrcs: true,
    decompressedBytesMax: 1_000_000,
    aborted: isCommitted ? aborted : null,
  });
  while (chunk.openNextBatch()) chunk.readUntil(Number.POSITIVE_INFINITY);
  return chunk.records.map((record) => {
    expect(String(record?.value)).toBe(String(record?.offset));
    return record?.offset ?? -1;
  });
}

describe('of a log with transactions', () => {
  for (const seed of seedsOf(30)) {
    it(`a fetch from anywhere gives what was committed, and no more, seed ${seed}`, () => {
      const random = new SeededRandom(seed);
      const log = new RandomLog(random, 60);
      expect(log.aborted.length).toBeGreaterThan(0);
      for (let fetchOffset = 0; fetchOffset < log.end; fetchOffset++) {
        const count = 1 + random.int(20);
        const { upper } = log.fetch(fetchOffset, count);
        const expected = [...log.visible].filter((offset) => offset >= fetchOffset && offset < upper);
        const found = read(log, fetchOffset, count, true);
        expect(found, `from ${fetchOffset}`).toEqual(expected.toSorted((a, b) => a - b));
      }
    });
  }

  it('who reads uncommitted records sees all but the markers', () => {
    const log = new RandomLog(new SeededRandom(7), 60);
    const markers = log.batches.length;
    const records = read(log, 0, markers, false);
    expect(records.length).toBeGreaterThan(log.visible.size);
    expect(records).toEqual(records.toSorted((a, b) => a - b));
  });
});
