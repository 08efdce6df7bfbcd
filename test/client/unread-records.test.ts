import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Consumer, type ConsumerOptions, nodeEnvironment } from '../../src/client/index.ts';
import { UnreadRecords } from '../../src/client/consumer/unread-records.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { BatchBuilder, type BatchHeader } from '../../src/protocol/records/batch-builder.ts';
import { ScriptedBroker, TOPIC_ID } from './scripted-broker.ts';

const PARTITION = { topic: 't', partition: 0 };

interface Transaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

function batch(values: readonly string[], header: BatchHeader): Buffer {
  const builder = new BatchBuilder();
  for (const [i, value] of values.entries()) {
    builder.append(i % 2 === 0 ? Buffer.from(`k${value}`) : null, Buffer.from(value), 1_000 + i);
  }
  return builder.build({ partitionLeaderEpoch: 1, ...header });
}

describe('a consumer that leaves its records unread', () => {
  let broker = new ScriptedBroker();
  let consumer: Consumer;

  beforeEach(async () => {
    broker = new ScriptedBroker();
    await broker.start();
  });
  afterEach(async () => {
    await consumer.close();
    await broker.stop();
  });

  /** Begins to read at an offset, from a log whose one answer is `records`. */
  function consume(
    from: number,
    records: Buffer,
    { aborted, ...options }: Partial<ConsumerOptions> & { readonly aborted?: readonly Transaction[] } = {},
  ): void {
    let answered = false;
    broker.on(fetch, () => {
      const answer = answered ? Buffer.alloc(0) : records;
      answered = true;
      const at = { partitionIndex: 0, errorCode: ErrorCode.NONE, highWatermark: 100, lastStableOffset: 100 };
      const partition = { ...at, logStartOffset: 0, abortedTransactions: aborted ?? null, records: answer };
      return { responses: [{ topicId: TOPIC_ID, topic: 't', partitions: [partition] }] };
    });
    consumer = new Consumer(
      {
        environment: nodeEnvironment,
        bootstrapServers: broker.bootstrapServers,
        autoOffsetReset: 'none',
        fetchWaitMsMax: 20,
        ...options,
      },
      { leavesUnread: true },
    );
    consumer.assign([PARTITION]);
    consumer.seek(PARTITION, from);
  }

  async function poll(): Promise<UnreadRecords> {
    for (;;) {
      const [fetched] = await consumer.poll(100);
      if (fetched === undefined) continue;
      expect(fetched).toBeInstanceOf(UnreadRecords);
      return fetched as UnreadRecords;
    }
  }

  /** What is read of records, one after the other. */
  function read(fetched: UnreadRecords): string[] {
    const found: string[] = [];
    const count = fetched.read(
      ({ bytes, keyStart, keyLength, valueStart, valueLength, timestamp, offset }) => {
        const key = keyLength < 0 ? '-' : bytes.toString('latin1', keyStart, keyStart + keyLength);
        const value = bytes.toString('latin1', valueStart, valueStart + valueLength);
        found.push(`${offset} ${timestamp} ${key} ${value}`);
      },
    );
    expect(count).toBe(found.length);
    return found;
  }

  it('is given whole batches until they have as many records as are asked for, and stands behind them', async () => {
    const first = batch(['a', 'b', 'c'], { baseOffset: 0, compression: 'gzip' });
    const second = batch(['d', 'e'], { baseOffset: 5 });
    const third = batch(['f'], { baseOffset: 9 });
    consume(1, Buffer.concat([first, second, third]), { pollRecordsMax: 4 });
    const fetched = await poll();
    // The record before the offset that was asked for is counted, since nobody has looked; it is not read.
    expect([fetched.count, fetched.nextOffset, consumer.positionNow(PARTITION)]).toEqual([5, 7, 7]);
    expect(read(fetched)).toEqual(['1 1001 - b', '2 1002 kc c', '5 1000 kd d', '6 1001 - e']);
    const last = await poll();
    expect(last.records.map(({ offset, key, value }) => `${offset} ${String(key)} ${String(value)}`)).toEqual(
      ['9 kf f'],
    );
    expect(last.records).toBe(last.records);
    expect(consumer.positionNow(PARTITION)).toBe(10);
  });

  it('passes over what was aborted, under read_committed', async () => {
    const transactional = { producerId: 7, producerEpoch: 0, baseSequence: 0, isTransactional: true };
    const records = Buffer.concat([
      batch(['a', 'b'], { baseOffset: 0, ...transactional }),
      batch(['c'], { baseOffset: 2 }),
    ]);
    const aborted = [{ producerId: 7, firstOffset: 0 }];
    consume(0, records, { aborted, isolationLevel: 'read_committed' });
    expect(read(await poll())).toEqual(['2 1000 kc c']);
    expect(consumer.positionNow(PARTITION)).toBe(3);
  });

  it('tells of a batch whose checksum is wrong when those before it are taken', async () => {
    const bad = batch(['b'], { baseOffset: 1 });
    bad[bad.length - 2] = 0x7f;
    consume(0, Buffer.concat([batch(['a'], { baseOffset: 0 }), bad]));
    expect(read(await poll())).toEqual(['0 1000 ka a']);
    await expect(poll()).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
    expect(consumer.positionNow(PARTITION)).toBe(1);
  });

  it('tells of records that are damaged under a right checksum when they are read', async () => {
    const damaged = batch(['a', 'b'], { baseOffset: 0 });
    // The length of the second record: behind the header of 61 bytes and a first record of 10.
    damaged[61 + (damaged[61] ?? 0) / 2 + 1] = 0x7e;
    consume(0, damaged, { checkCrcs: false });
    const fetched = await poll();
    const found: number[] = [];
    expect(() => fetched.read(({ offset }) => found.push(offset))).toThrow(
      expect.objectContaining({
        code: 'CORRUPT_RECORD',
        message: expect.stringContaining('the batch at offset 1 of t-0 cannot be read'),
      }),
    );
    expect(found).toEqual([0]);
  });
});
