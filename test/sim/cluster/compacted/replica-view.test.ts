import { describe, expect, it } from 'vitest';
import { BatchView } from '../../../../src/protocol/records/batch-view.ts';
import { makeMarker } from '../../../broker/log/batches.ts';
import { keyedBatch, type KeyedRecord } from '../../../broker/log/cleaner/keyed-batches.ts';
import { differenceBetween, type ReplicaOnDisk } from './replica-differences.ts';
import { differenceOf, replicaView, type ReplicaView } from './replica-view.ts';

const PRODUCER = { producerId: 5, producerEpoch: 0 };

function placed(batch: Buffer, offset: number): Buffer {
  new BatchView(batch).stampOffset(offset);
  return batch;
}

const data = (offset: number, ...records: readonly KeyedRecord[]): Buffer =>
  placed(keyedBatch(records), offset);

const inTransaction = (offset: number, ...records: readonly KeyedRecord[]): Buffer =>
  placed(keyedBatch(records, { ...PRODUCER, baseSequence: 0, isTransactional: true }), offset);

const marker = (offset: number, isAbort: boolean): Buffer =>
  placed(makeMarker({ ...PRODUCER, isAbort }), offset);

const viewOf = (batches: readonly Buffer[], end = 100): ReplicaView =>
  replicaView(Buffer.concat(batches), end);

describe('the view of a replica', () => {
  it('has the last committed value of each key', () => {
    const view = viewOf(
      [
        data(0, { key: 'a', value: '1' }, { key: 'b', value: '2' }, { key: 'c', value: '3' }),
        inTransaction(3, { key: 'a', value: 'aborted' }),
        marker(4, true),
        inTransaction(5, { key: 'b', value: 'committed' }),
        marker(6, false),
        data(7, { key: 'c', value: null }),
        data(8, { key: 'a', value: 'beyond' }),
      ],
      8,
    );
    expect(
      Object.fromEntries([...view.values].map(([key, { value, offset }]) => [key, [value, offset]])),
    ).toEqual({
      a: ['1', 0],
      b: ['committed', 5],
    });
  });

  it('is the same whatever compaction has left out, as long as the last values are', () => {
    const whole = viewOf([
      data(0, { key: 'a', value: '1' }),
      data(1, { key: 'a', value: '2' }, { key: 'b', value: null }),
    ]);
    const compacted = viewOf([data(1, { key: 'a', value: '2' })]);
    expect(differenceOf(whole, compacted, { values: true })).toBeUndefined();
    expect(differenceOf(compacted, whole, { values: true })).toBeUndefined();
  });

  it.each([
    ['a value that is lost', [data(0, { key: 'b', value: '2' })]],
    ['an older value', [data(0, { key: 'a', value: '0' })]],
    ['another record at the same offset', [data(1, { key: 'a', value: '9' })]],
    ['a key that was deleted', [data(0, { key: 'c', value: '1' }), data(1, { key: 'a', value: '1' })]],
  ])('shows %s', (_, batches) => {
    const whole = viewOf([data(1, { key: 'a', value: '1' })]);
    expect(differenceOf(whole, viewOf(batches), { values: true })).toMatch(/is|at/);
  });

  it('of what retention may have taken in one of them shows only what both have', () => {
    const whole = viewOf([data(0, { key: 'a', value: '1' }), data(1, { key: 'b', value: '1' })]);
    expect(
      differenceOf(whole, viewOf([data(1, { key: 'b', value: '1' })]), { values: false }),
    ).toBeUndefined();
    expect(differenceOf(whole, viewOf([data(1, { key: 'b', value: '2' })]), { values: false })).toMatch(
      /both at 1/,
    );
  });
});

describe('the replicas of a partition', () => {
  const replica = (id: number, endOffset: number, ...batches: readonly Buffer[]): ReplicaOnDisk => ({
    id,
    endOffset,
    bytes: Buffer.concat(batches),
  });
  const old = data(0, { key: 'a', value: '1' });
  const since = data(1, { key: 'a', value: '2' });

  it('may have let go of a value for one that was written since they agreed', () => {
    const replicas = [replica(1, 2, old, since), replica(2, 2, since)];
    expect(differenceBetween(replicas, { end: 1, values: true })).toBeUndefined();
  });

  it('are compared as far as all of them have come', () => {
    const replicas = [replica(1, 2, old, since), replica(2, 1, old)];
    expect(differenceBetween(replicas, { end: 1, values: true })).toBeUndefined();
  });

  it('may not have lost a value for nothing', () => {
    const other = data(1, { key: 'b', value: '2' });
    const replicas = [replica(1, 2, old, other), replica(2, 2, other)];
    expect(differenceBetween(replicas, { end: 1, values: true })).toMatch(/^brokers 1 and 2: .* missing$/);
  });

  it('may not be shorter than they were when they agreed', () => {
    const replicas = [replica(1, 2, old, since), replica(2, 1, old)];
    expect(differenceBetween(replicas, { end: 2, values: true })).toBe(
      'broker 2 ends at 1, and has ended at 2',
    );
  });
});
