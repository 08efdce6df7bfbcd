import { describe, expect, it } from 'vitest';
import { BatchFilter } from '../../../../broker/log/cleaner/batch-filter.ts';
import { CleanedTransactions } from '../../../../broker/log/cleaner/cleaned-transactions.ts';
import type { LastBatchOfProducer } from '../../../../broker/log/cleaner/cleaner-job.ts';
import { LiveOffsets } from '../../../../broker/log/cleaner/live-offsets.ts';
import { OffsetMap } from '../../../../broker/log/cleaner/offset-map.ts';
import type { AbortedTxn } from '../../../../broker/log/transaction-index.ts';
import { stampLeaderEpoch } from '../../../../src/protocol/records/batch-header.ts';
import { BatchView } from '../../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../../src/protocol/records/decode-batch.ts';
import { makeMarker } from '../batches.ts';
import { keyedBatch, type KeyedRecord } from './keyed-batches.ts';

const NOW_MS = 1_000_000;
const RETENTION_MS = 5_000;

interface FilterCase {
  /** Last offsets of keys. */
  readonly keys?: Readonly<Record<string, number>>;
  readonly latestOffset?: number;
  readonly aborted?: readonly AbortedTxn[];
  readonly producers?: readonly LastBatchOfProducer[];
  readonly nowMs?: number;
}

function filterFor({ keys = {}, latestOffset = 1_000, ...rest }: FilterCase): BatchFilter {
  const map = OffsetMap.empty({ bytesMax: 1_000_000, loadFactor: 0.9 });
  for (const [key, offset] of Object.entries(keys))
    map.put(Buffer.from(key), 0, Buffer.byteLength(key), offset);
  map.advance(latestOffset);
  return new BatchFilter({
    map,
    live: LiveOffsets.of(map, 0),
    transactions: new CleanedTransactions(rest.aborted ?? []),
    producers: rest.producers ?? [],
    nowMs: rest.nowMs ?? NOW_MS,
    deleteRetentionMs: RETENTION_MS,
    decompressedBytesMax: 1_000_000,
  });
}

function filtered(batch: Buffer, options: FilterCase & { readonly isLast?: boolean }): BatchView | undefined {
  const kept = filterFor(options).filter(batch, { isLast: options.isLast === true });
  if (kept === undefined) return undefined;
  const view = new BatchView(kept);
  expect(view.isValid()).toBe(true);
  return view;
}

const textsOf = (batch: BatchView | undefined): string[] =>
  batch === undefined
    ? []
    : decodeBatch(batch).map(
        ({ offset, timestamp, key, value }) => `${offset} ${String(key)} ${String(value)} @${timestamp}`,
      );

const RECORDS: readonly KeyedRecord[] = [
  { key: 'a', value: '1', timestamp: 700 },
  { key: 'b', value: '2', timestamp: 900 },
  { key: 'a', value: '3', timestamp: 800 },
  { key: 'c', value: null, timestamp: 600 },
];

describe('BatchFilter', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'keeps the last record of each key, and all that the header says but the count (%s)',
    (compression) => {
      const producer = { producerId: 7, producerEpoch: 2, baseSequence: 40 };
      const batch = keyedBatch(RECORDS.slice(0, 3), { baseOffset: 100, compression, ...producer });
      stampLeaderEpoch(batch, 0, 9);
      const kept = filtered(batch, { keys: { a: 102, b: 500 } });
      expect(textsOf(kept)).toEqual(['102 a 3 @800']);
      expect(kept).toMatchObject({
        ...producer,
        baseOffset: 100,
        lastOffset: 102,
        lastSequence: 42,
        partitionLeaderEpoch: 9,
        recordsCount: 1,
        compression,
        maxTimestamp: 800,
        hasDeleteHorizon: false,
      });
    },
  );

  it('answers the same bytes where all stays, and nothing where nothing does', () => {
    const batch = keyedBatch(RECORDS.slice(0, 2), { baseOffset: 100 });
    expect(filterFor({ keys: { a: 100, b: 101 } }).filter(batch, { isLast: false })).toBe(batch);
    expect(filtered(batch, { keys: { a: 200, b: 201 } })).toBeUndefined();
  });

  it('tells by the header alone where nothing stays, and not where it cannot be told', () => {
    const batch = keyedBatch(RECORDS.slice(0, 2), { baseOffset: 100, producerId: 7 });
    const isDead = (options: FilterCase): boolean => filterFor(options).isDead(batch, 0);
    expect(isDead({ keys: { a: 200, b: 201 } })).toBe(true);
    expect(isDead({ keys: { a: 200, b: 101 } })).toBe(false);
    expect(isDead({ latestOffset: 100 })).toBe(false);
    const producers = [{ producerId: 7, producerEpoch: 0, lastOffset: 101 }];
    expect(isDead({ keys: { a: 200, b: 201 }, producers })).toBe(false);
    const marker = makeMarker({ producerId: 7, producerEpoch: 0, isAbort: false });
    expect(filterFor({}).isDead(marker, 0)).toBe(false);
  });

  it('counts what it tells by the header to its transaction', () => {
    const producer = { producerId: 7, producerEpoch: 0 };
    const batch = keyedBatch(RECORDS.slice(0, 2), { baseOffset: 100, isTransactional: true, ...producer });
    const marker = makeMarker({ ...producer, isAbort: false });
    marker.writeBigInt64BE(102n, 0);
    const filter = filterFor({ keys: { a: 200, b: 201 } });
    expect(filter.isDead(batch, 0)).toBe(true);
    // A marker of a transaction with data stays as it is; without, it has a delete horizon.
    expect(filter.filter(marker, { isLast: false })).toBe(marker);
    const without = filterFor({ keys: { a: 200, b: 201 } }).filter(marker, { isLast: false });
    expect(without === undefined ? undefined : new BatchView(without).hasDeleteHorizon).toBe(true);
  });

  it('keeps what nobody has looked at, as it is', () => {
    const records = [...RECORDS.slice(0, 2), { key: null, value: 'x' }];
    const batch = keyedBatch(records, { baseOffset: 100 });
    expect(textsOf(filtered(batch, { keys: { a: 101 }, latestOffset: 101 }))).toEqual([
      '101 b 2 @900',
      '102 null x @1000',
    ]);
    expect(filterFor({ latestOffset: 99 }).filter(batch, { isLast: false })).toBe(batch);
  });

  it('drops records without a key, which came before the topic was compacted', () => {
    const batch = keyedBatch(
      [
        { key: null, value: 'x' },
        { key: 'a', value: '1' },
      ],
      { baseOffset: 100 },
    );
    expect(textsOf(filtered(batch, {}))).toEqual(['101 a 1 @1000']);
  });

  it.each(['none', 'zstd'] as const)(
    'sets the delete horizon where it meets a tombstone, and then keeps to it (%s)',
    (compression) => {
      const batch = keyedBatch(RECORDS, { baseOffset: 100, compression });
      const keys = { a: 102, b: 101, c: 103 };
      const first = filtered(batch, { keys });
      const kept = ['101 b 2 @900', '102 a 3 @800', '103 c null @600'];
      expect(textsOf(first)).toEqual(kept);
      expect(first).toMatchObject({
        hasDeleteHorizon: true,
        baseTimestamp: NOW_MS + RETENTION_MS,
        maxTimestamp: 900,
      });
      const bytes = first?.bytes ?? Buffer.alloc(0);
      // A later cleaning moves it no more.
      const horizonMs = NOW_MS + RETENTION_MS;
      expect(filterFor({ keys, nowMs: horizonMs - 1 }).filter(bytes, { isLast: false })).toBe(bytes);
      const last = filtered(bytes, { keys, nowMs: horizonMs });
      expect(textsOf(last)).toEqual(kept.slice(0, 2));
      expect(last).toMatchObject({ baseOffset: 100, lastOffset: 103, hasDeleteHorizon: true });
    },
  );

  it('keeps times beyond 2^53 under a delete horizon', () => {
    const batch = keyedBatch([{ key: 'c', value: null }], { baseOffset: 100 });
    batch.writeBigInt64BE(2n ** 62n + 1n, 27);
    batch.writeBigInt64BE(2n ** 62n + 1n, 35);
    const first = filtered(batch, { keys: { c: 100 } });
    expect(first?.exactMaxTimestamp).toBe(2n ** 62n + 1n);
    expect(first?.hasDeleteHorizon).toBe(true);
    expect(decodeBatch(first as BatchView)[0]?.timestamp).toBe(Number(2n ** 62n + 1n));
  });

  it('keeps the times of LogAppendTime', () => {
    const batch = keyedBatch(RECORDS, { baseOffset: 100 });
    new BatchView(batch).stampLogAppendTime(5_000);
    const kept = filtered(batch, { keys: { a: 102, b: 101, c: 103 } });
    expect(kept).toMatchObject({ isLogAppendTime: true, maxTimestamp: 5_000, hasDeleteHorizon: true });
    expect(textsOf(kept)).toEqual(['101 b 2 @5000', '102 a 3 @5000', '103 c null @5000']);
  });

  it('keeps the last batch of a producer, and of a segment, as a header where it has to', () => {
    const header = {
      baseOffset: 100,
      producerId: 7,
      producerEpoch: 1,
      baseSequence: 5,
      compression: 'gzip',
    } as const;
    const batch = keyedBatch(RECORDS.slice(0, 2), header);
    const keys = { a: 200, b: 201 };
    const last = { producerId: 7, producerEpoch: 1, lastOffset: 101 };
    for (const options of [
      { keys, producers: [last] },
      { keys, isLast: true },
    ]) {
      const kept = filtered(batch, options);
      expect(kept).toMatchObject({
        sizeInBytes: 61,
        recordsCount: 0,
        baseOffset: 100,
        lastOffset: 101,
        producerId: 7,
        producerEpoch: 1,
        lastSequence: 6,
        compression: 'none',
        maxTimestamp: 900,
      });
      expect(textsOf(kept)).toEqual([]);
    }
    expect(filtered(batch, { keys, producers: [{ ...last, lastOffset: 300 }] })).toBeUndefined();
  });

  it('drops aborted data at once, and keeps its marker as long as there was some', () => {
    const aborted = [{ producerId: 7, firstOffset: 100, lastOffset: 102, lastStableOffset: 103 }];
    const filter = filterFor({ aborted });
    const producer = { producerId: 7, producerEpoch: 1 };
    const data = keyedBatch(RECORDS.slice(0, 2), {
      ...producer,
      baseOffset: 100,
      baseSequence: 0,
      isTransactional: true,
    });
    const marker = makeMarker({ ...producer, isAbort: true });
    new BatchView(marker).stampOffset(102);
    expect(filter.filter(data, { isLast: false })).toBeUndefined();
    expect(filter.filter(marker, { isLast: false })).toBe(marker);
    expect(filter.aborted).toEqual(aborted);
  });

  it('lets a marker go after the delete horizon, once nothing of its transaction is left', () => {
    const marker = makeMarker({ producerId: 7, producerEpoch: 1, isAbort: false });
    new BatchView(marker).stampOffset(102);
    const first = filtered(marker, {});
    expect(first).toMatchObject({
      hasDeleteHorizon: true,
      isControl: true,
      recordsCount: 1,
      baseOffset: 102,
    });
    const bytes = first?.bytes ?? Buffer.alloc(0);
    expect(decodeBatch(new BatchView(bytes))[0]?.value).toEqual(decodeBatch(new BatchView(marker))[0]?.value);
    const horizonMs = NOW_MS + RETENTION_MS;
    expect(filterFor({ nowMs: horizonMs - 1 }).filter(bytes, { isLast: false })).toBe(bytes);
    expect(filtered(bytes, { nowMs: horizonMs })).toBeUndefined();
    const producers = [{ producerId: 7, producerEpoch: 1, lastOffset: -1 }];
    expect(filtered(bytes, { nowMs: horizonMs, producers })).toMatchObject({
      recordsCount: 0,
      isControl: true,
    });
  });
});
