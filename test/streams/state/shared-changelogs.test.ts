import { beforeEach, describe, expect, it } from 'vitest';
import { assertDefined } from '../../../src/base/assert.ts';
import { NO_HEADERS } from '../../../src/streams/record.ts';
import type { ChangelogRecord, ManagedStore } from '../../../src/streams/state/managed-store.ts';
import type { BufferState, SubscriptionState } from '../../../src/streams/state/states.ts';
import { engines } from './engines.ts';
import { definitions, rowsOf, StoresUnderTest } from './stores-under-test.ts';

type Subscriptions = SubscriptionState<string, string> & ManagedStore;
type Waiting = BufferState<string, string> & ManagedStore;

const int64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([int32(value.length), Buffer.from(value)]);

/** Field by field, as SubscriptionWrapperSerde of Kafka Streams 4.3.1 writes them, and CombinedKeySchema the key. */
const hash = Buffer.alloc(16, 7);
const subscriptionKey = Buffer.concat([text('fk'), Buffer.from('pk')]);
const subscription = (instruction: number): Buffer =>
  Buffer.concat([Buffer.of(1, instruction), hash, Buffer.from('pk'), int32(4)]);
const withoutHash = Buffer.concat([Buffer.of(0x81, 3), Buffer.from('pk'), int32(4)]);

/** As RocksDBTimeOrderedKeyValueBuffer of Kafka Streams 4.3.1 writes it; it leaves the last field, a time, 0. */
const waitingKey = (time: number, key: string, order: number): Buffer =>
  Buffer.concat([Buffer.of(0), int64(time), Buffer.from(key), int32(order)]);
const waitingValue = (time: number, value: string, last: number): Buffer =>
  Buffer.concat([
    ...[int64(time), int64(2), text('t'), int32(1), int32(0)],
    ...[int32(-1), int32(-1), text(value), int64(last)],
  ]);

const record = (key: Buffer, value: Buffer | null, timestamp: number): ChangelogRecord => ({
  key,
  value,
  timestamp,
  headers: NO_HEADERS,
});

describe('changelogs that members of Kafka Streams read and write, too', () => {
  let stores: StoresUnderTest;
  beforeEach(async () => {
    const [open] = Object.values(engines);
    stores = new StoresUnderTest(await assertDefined(open, 'an engine')());
    return () => stores.close();
  });

  it('have subscriptions as the messages that asked for them', async () => {
    const store = stores.make(definitions.subscription) as Subscriptions;
    store.put({ foreignKey: 'fk', primaryKey: 'pk', hash, primaryPartition: 4, timestamp: 5 });
    store.put({ foreignKey: '', primaryKey: 'pk', hash: null, primaryPartition: 4, timestamp: 6 });
    expect(await stores.commit(store)).toEqual([
      record(subscriptionKey, subscription(3), 5),
      record(Buffer.concat([text(''), Buffer.from('pk')]), withoutHash, 6),
    ]);
  });

  it('give back subscriptions, of either instruction, and those of earlier versions of Millrace', async () => {
    const earlier = Buffer.concat([Buffer.of(1), int64(9), int32(2), hash]);
    const logs = [
      [record(subscriptionKey, subscription(2), 5)],
      [record(subscriptionKey, subscription(3), 5)],
      [record(subscriptionKey, earlier, 5)],
      [record(subscriptionKey, withoutHash, 5)],
      [record(subscriptionKey, subscription(3), 5), record(subscriptionKey, null, 6)],
    ];
    const found: unknown[] = [];
    for (const log of logs) {
      const store = (await stores.restored(definitions.subscription, log)) as Subscriptions;
      found.push(...(await rowsOf(store.subscribers('fk'))));
    }
    const whole = { foreignKey: 'fk', primaryKey: 'pk', hash, primaryPartition: 4, timestamp: 5 };
    expect(found).toEqual([
      whole,
      whole,
      { ...whole, primaryPartition: 2, timestamp: 9 },
      { ...whole, hash: null },
    ]);
  });

  const waiting = (key: string, time: number) => ({
    ...{ key, value: `${key}${time}`, time, timestamp: time, headers: NO_HEADERS },
    ...{ topic: 't', partition: 1, offset: 2 },
  });

  it('have the records that wait for a table by time, key and order', async () => {
    const store = stores.make(definitions.buffer) as Waiting;
    await store.open();
    for (const [key, time] of [
      ['a', 5],
      ['a', 5],
      ['b', 3],
    ] as const)
      store.put(waiting(key, time));
    expect(await stores.commit(store)).toEqual([
      record(waitingKey(5, 'a', 0), waitingValue(5, 'a5', 5), 5),
      record(waitingKey(5, 'a', 1), waitingValue(5, 'a5', 5), 5),
      record(waitingKey(3, 'b', 2), waitingValue(3, 'b3', 3), 3),
    ]);
    store.take();
    expect(await stores.commit(store)).toEqual([record(waitingKey(3, 'b', 2), null, 3)]);
  });

  it('give back the records that wait, and let none take the place of another', async () => {
    const log = [
      record(waitingKey(5, 'a', 3), waitingValue(5, 'a5', 0), 5),
      // Another member has begun to count anew.
      record(waitingKey(4, 'a', 1), waitingValue(4, 'a4', 0), 4),
      record(waitingKey(2, 'a', 3), waitingValue(2, 'a2', 0), 2),
      record(waitingKey(2, 'a', 3), null, 2),
      // As an earlier version of Millrace had it.
      {
        ...record(Buffer.concat([Buffer.from('b'), int64(7)]), waitingValue(3, 'b3', 3), 3),
        headers: [{ key: 'v', value: Buffer.of(3) }],
      },
    ];
    const restored = (await stores.restored(definitions.buffer, log)) as Waiting;
    const opened = stores.make(definitions.buffer, 'q') as Waiting;
    await opened.open();
    for (const store of [restored, opened]) {
      store.put(waiting('a', 5));
      const taken = Array.from({ length: 4 }, () => assertDefined(store.take(), 'four records wait'));
      expect(taken.map(({ key, value, time }) => [key, value, time])).toEqual([
        ['b', 'b3', 3],
        ['a', 'a4', 4],
        ['a', 'a5', 5],
        ['a', 'a5', 5],
      ]);
      expect(store.timeMin).toBe(Number.POSITIVE_INFINITY);
    }
  });
});
