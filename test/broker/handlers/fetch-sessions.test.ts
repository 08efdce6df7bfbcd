import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { RequestInput } from '../../../src/protocol/message.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { batchOf, TestBrokers, type TestClient } from '../running-broker.ts';

const VERSION_BY_NAME = 12;
const VERSION_BY_ID = 18;

describe('fetch sessions', () => {
  let brokers: TestBrokers;
  let client: TestClient;
  let topic = '';
  let topicId = '';
  let topicCount = 0;

  beforeAll(async () => {
    brokers = new TestBrokers();
    client = brokers.to(await brokers.start({ 'max.incremental.fetch.session.cache.slots': 20 }));
  });

  afterAll(() => brokers.close());

  beforeEach(async () => {
    topic = `orders-${topicCount++}`;
    const { topics } = await client.send(createTopics, 7, {
      topics: [{ name: topic, numPartitions: 4, replicationFactor: 1 }],
    });
    topicId = topics[0]?.topicId ?? '';
    for (const index of [0, 1, 2, 3]) await append(index);
  });

  async function append(index: number): Promise<void> {
    const send = async () => {
      const { responses } = await client.send(produce, 12, {
        acks: 1,
        timeoutMs: 1000,
        topicData: [{ name: topic, partitionData: [{ index, records: batchOf('x') }] }],
      });
      return responses[0]?.partitionResponses[0]?.errorCode;
    };
    await expect.poll(send).toBe(ErrorCode.NONE);
  }

  /** Asks for offsets by partition; answers the error, the session, and which partitions were named, with their bytes. */
  async function ask(
    [sessionId, sessionEpoch]: readonly [number, number],
    offsets: Readonly<Record<number, number>>,
    options: {
      readonly version?: number;
      readonly forget?: readonly number[];
      readonly rest?: Partial<RequestInput<typeof fetch>>;
    } = {},
  ) {
    const { version = VERSION_BY_ID, forget = [], rest = {} } = options;
    const named = version >= 13 ? { topicId } : { topic };
    const partitions = Object.entries(offsets).map(([partition, fetchOffset]) => ({
      partition: Number(partition),
      fetchOffset,
      partitionMaxBytes: 100_000,
    }));
    const response = await client.send(fetch, version, {
      maxWaitMs: 0,
      minBytes: 1,
      sessionId,
      sessionEpoch,
      topics: partitions.length === 0 ? [] : [{ ...named, partitions }],
      forgottenTopicsData: forget.length === 0 ? [] : [{ ...named, partitions: forget }],
      ...rest,
    });
    const told = response.responses.flatMap((each) =>
      each.partitions.map(({ partitionIndex, errorCode, records }) =>
        errorCode === 0
          ? `${partitionIndex}:${(records?.length ?? 0) > 0 ? 'records' : 'offsets'}`
          : errorCode,
      ),
    );
    return { errorCode: response.errorCode, id: response.sessionId, told };
  }

  it.each([7, VERSION_BY_NAME, VERSION_BY_ID])('name only what there is to say, v%i', async (version) => {
    const first = await ask([0, 0], { 0: 0, 1: 0, 2: 1, 3: 1 }, { version });
    expect(first.id).toBeGreaterThan(0);
    expect(first.told).toEqual(['0:records', '1:records', '2:offsets', '3:offsets']);
    // What was read stands first no more; what is not named goes on from where it was.
    expect(await ask([first.id, 1], { 0: 1, 1: 1 }, { version })).toEqual({ ...first, told: [] });
    expect((await ask([first.id, 2], {}, { version })).told).toEqual([]);
    await append(2);
    await append(0);
    expect((await ask([first.id, 3], {}, { version })).told).toEqual(['0:records', '2:records']);
    expect((await ask([first.id, 4], { 0: 2, 2: 2 }, { version })).told).toEqual([]);
    await append(1);
    await append(2);
    expect((await ask([first.id, 5], {}, { version })).told).toEqual(['1:records', '2:records']);
  });

  it('tell of offsets that have moved without records', async () => {
    const { id } = await ask([0, 0], { 0: 1 });
    await client.send(deleteRecords, 2, {
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset: 1 }] }],
      timeoutMs: 1000,
    });
    expect((await ask([id, 1], {})).told).toEqual(['0:offsets']);
    expect((await ask([id, 2], {})).told).toEqual([]);
  });

  it('tell of an error each time, and of its end', async () => {
    const { id, told } = await ask([0, 0], { 0: 9, 1: 1 });
    expect(told).toEqual([ErrorCode.OFFSET_OUT_OF_RANGE, '1:offsets']);
    expect((await ask([id, 1], {})).told).toEqual([ErrorCode.OFFSET_OUT_OF_RANGE]);
    expect((await ask([id, 2], { 0: 1, 9: 0 })).told).toEqual([
      '0:offsets',
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
    expect((await ask([id, 3], {}, { forget: [9] })).told).toEqual([]);
    // Its offsets are what they were before the error, and yet it is told of.
    expect((await ask([id, 4], { 1: 9 })).told).toEqual([ErrorCode.OFFSET_OUT_OF_RANGE]);
    expect((await ask([id, 5], { 1: 1 })).told).toEqual(['1:offsets']);
  });

  it('take partitions in and forget them; without one left they end', async () => {
    const { id } = await ask([0, 0], { 0: 1 });
    expect((await ask([id, 1], { 3: 0 }, { forget: [0] })).told).toEqual(['3:records']);
    await append(0);
    expect((await ask([id, 2], { 3: 1 })).told).toEqual([]);
    expect(await ask([id, 3], {}, { forget: [3] })).toEqual({ errorCode: 0, id: 0, told: [] });
    expect((await ask([id, 4], {})).errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
  });

  it('wait for the next record of any of their partitions', async () => {
    const { id } = await ask([0, 0], { 0: 1, 1: 1, 2: 1 });
    const waiting = ask([id, 1], {}, { rest: { maxWaitMs: 20_000 } });
    await append(1);
    expect((await waiting).told).toEqual(['1:records']);
  });

  it('refuse what is out of order, with the errors of Kafka', async () => {
    const UNKNOWN = ErrorCode.FETCH_SESSION_ID_NOT_FOUND;
    const { id } = await ask([0, 0], { 0: 1 });
    expect(await ask([id, 2], {})).toEqual({
      errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH,
      id: 0,
      told: [],
    });
    expect((await ask([id, 1], {}, { version: VERSION_BY_NAME })).errorCode).toBe(
      ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
    );
    expect((await ask([id, 1], {})).errorCode).toBe(ErrorCode.NONE);
    expect((await ask([4711, 1], {})).errorCode).toBe(UNKNOWN);
    // A full fetch ends the session that it names; one of epoch -1 opens none.
    const again = await ask([id, 0], { 0: 1 });
    expect(again.id).not.toBe(id);
    expect((await ask([id, 2], {})).errorCode).toBe(UNKNOWN);
    expect(await ask([again.id, -1], { 0: 0 })).toEqual({ errorCode: 0, id: 0, told: ['0:records'] });
    expect((await ask([again.id, 1], {})).errorCode).toBe(UNKNOWN);
  });

  it('are given to so many readers as there are slots for', async () => {
    const opened = await Promise.all(Array.from({ length: 30 }, () => ask([0, 0], { 0: 0 })));
    expect(opened.filter(({ id }) => id === 0).length).toBeGreaterThanOrEqual(10);
    expect(opened.every(({ told }) => told[0] === '0:records')).toBe(true);
  });
});
