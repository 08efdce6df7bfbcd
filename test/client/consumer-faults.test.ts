import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Admin, Consumer, type ConsumerOptions, nodeEnvironment } from '../../src/client/index.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { ResponseInput } from '../../src/protocol/message.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../src/protocol/messages/02-list-offsets.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { joinGroup } from '../../src/protocol/messages/11-join-group.ts';
import { heartbeat } from '../../src/protocol/messages/12-heartbeat.ts';
import { leaveGroup } from '../../src/protocol/messages/13-leave-group.ts';
import { syncGroup } from '../../src/protocol/messages/14-sync-group.ts';
import { SharedFetches } from '../../src/client/consumer/shared-fetches.ts';
import { encodeAssignment } from '../../src/client/consumer/group-protocol.ts';
import { BatchBuilder, type BatchHeader } from '../../src/protocol/records/batch-builder.ts';
import { controlBatch, endTransactionRecord } from '../../src/protocol/records/control-record.ts';
import { read } from './contract/clients.ts';
import { ScriptedBroker, TOPIC_ID } from './scripted-broker.ts';

type PartitionAnswer = NonNullable<
  NonNullable<NonNullable<ResponseInput<typeof fetch>['responses']>[number]['partitions']>[number]
>;

const PARTITION = { topic: 't', partition: 0 };

function batch(values: readonly string[], header: BatchHeader): Buffer {
  const builder = new BatchBuilder();
  for (const value of values) builder.append(null, Buffer.from(value), 1_000);
  return builder.build({ partitionLeaderEpoch: 1, ...header });
}

function marker(commit: boolean, header: BatchHeader): Buffer {
  return controlBatch([endTransactionRecord({ commit, coordinatorEpoch: 0 })], {
    partitionLeaderEpoch: 1,
    isTransactional: true,
    timestamp: 1_000,
    ...header,
  });
}

describe.each(['by itself', 'with others'] as const)('consumer that fetches %s, when the broker', (how) => {
  let broker = new ScriptedBroker();
  let fetches: SharedFetches | undefined;
  let consumer: Consumer | undefined;
  /** Offsets and epochs that were asked for. */
  const asked: { offset: number; epoch: number; isolation: number }[] = [];

  beforeEach(async () => {
    broker = new ScriptedBroker();
    asked.length = 0;
    fetches = how === 'with others' ? new SharedFetches({ clientId: 'shared' }) : undefined;
    await broker.start();
    broker.on(listOffsets, ({ topics }) => ({
      topics: [
        {
          name: 't',
          partitions: [
            { partitionIndex: 0, offset: topics[0]?.partitions[0]?.timestamp === -2 ? 3 : 50, timestamp: -1 },
          ],
        },
      ],
    }));
  });
  afterEach(async () => {
    await consumer?.close();
    consumer = undefined;
    fetches?.close();
    await broker.stop();
  });

  function create(options: Partial<ConsumerOptions> = {}): Consumer {
    consumer = new Consumer(
      {
        environment: nodeEnvironment,
        bootstrapServers: broker.bootstrapServers,
        autoOffsetReset: 'none',
        retryBackoffMs: 2,
        fetchWaitMsMax: 20,
        ...options,
      },
      { fetches },
    );
    consumer.assign([PARTITION]);
    return consumer;
  }

  /** Answers fetches by offset; an offset without an answer has no records yet. */
  function serve(answers: (offset: number) => PartitionAnswer | undefined): void {
    broker.on(fetch, ({ topics, isolationLevel }) => {
      const partition = topics[0]?.partitions[0];
      const offset = partition?.fetchOffset ?? -1;
      asked.push({ offset, epoch: partition?.lastFetchedEpoch ?? -1, isolation: isolationLevel });
      return {
        responses: [
          {
            topicId: TOPIC_ID,
            partitions: [{ partitionIndex: 0, highWatermark: 50, lastStableOffset: 50, ...answers(offset) }],
          },
        ],
      };
    });
  }

  it('has aborted a transaction, hides it from who reads committed records', async () => {
    const log = Buffer.concat([
      batch(['plain'], { baseOffset: 0 }),
      batch(['aborted 1', 'aborted 2'], {
        baseOffset: 1,
        producerId: 5,
        baseSequence: 0,
        isTransactional: true,
      }),
      batch(['committed'], { baseOffset: 3, producerId: 6, baseSequence: 0, isTransactional: true }),
      marker(false, { baseOffset: 4, producerId: 5 }),
      batch(['later of the same'], { baseOffset: 5, producerId: 5, baseSequence: 2, isTransactional: true }),
      marker(true, { baseOffset: 6, producerId: 5 }),
      marker(true, { baseOffset: 7, producerId: 6 }),
    ]);
    const abortedTransactions = [{ producerId: 5, firstOffset: 1 }];
    serve((offset) => (offset === 0 ? { records: log, abortedTransactions } : undefined));

    const committed = create({ isolationLevel: 'read_committed' });
    committed.seek(PARTITION, 0);
    const records = await read(committed, 3);
    expect(records.map(({ offset, value }) => `${offset} ${String(value)}`)).toEqual([
      '0 plain',
      '3 committed',
      '5 later of the same',
    ]);
    expect(asked[0]?.isolation).toBe(1);
    await committed.poll(10);
    // The position goes behind the markers, which nobody sees.
    expect(committed.positionNow(PARTITION)).toBe(8);
    await committed.close();

    const all = create();
    all.seek(PARTITION, 0);
    expect((await read(all, 5)).map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 5]);
  });

  it('has lost records in an unclean election, resets to where the logs part', async () => {
    serve((offset) => {
      if (offset === 0) return { records: batch(['a', 'b', 'c'], { baseOffset: 0 }) };
      if (offset === 3) return { divergingEpoch: { epoch: 0, endOffset: 1 } };
      if (offset === 1) return { records: batch(['new'], { baseOffset: 1, partitionLeaderEpoch: 2 }) };
      return undefined;
    });
    const resetting = create({ autoOffsetReset: 'latest' });
    resetting.seek(PARTITION, 0);
    expect((await read(resetting, 4)).map(({ offset, value }) => `${offset} ${String(value)}`)).toEqual([
      '0 a',
      '1 b',
      '2 c',
      '1 new',
    ]);
    // The epoch of what was read is what lets the leader see the difference.
    expect(asked).toContainEqual({ offset: 3, epoch: 1, isolation: 0 });
    await resetting.close();

    const failing = create();
    failing.seek(PARTITION, 0);
    await expect(read(failing, 4)).rejects.toMatchObject({ code: 'LOG_TRUNCATED' });
  });

  it('sends bytes that do not fit their checksum, tells where and goes on behind them when told to', async () => {
    const good = batch(['a', 'b'], { baseOffset: 0 });
    const bad = batch(['c', 'd'], { baseOffset: 2 });
    bad[bad.length - 2] = 0x7f;
    const rest = batch(['e'], { baseOffset: 4 });
    serve((offset) => {
      if (offset === 0) return { records: Buffer.concat([good, bad, rest]) };
      return offset === 4 ? { records: rest } : undefined;
    });
    const target = create();
    target.seek(PARTITION, 0);
    expect((await read(target, 2)).map(({ offset }) => offset)).toEqual([0, 1]);
    await expect(target.poll(1_000)).rejects.toMatchObject({
      code: 'CORRUPT_RECORD',
      message:
        'the batch at offset 2 of t-0 cannot be read: its checksum does not fit its bytes; seek past it to go on',
    });
    expect(target.positionNow(PARTITION)).toBe(2);
    target.seek(PARTITION, 4);
    expect((await read(target, 1))[0]?.offset).toBe(4);
  });

  it('says that the log is damaged on its disk, ends the poll and reads on behind it', async () => {
    serve((offset) => {
      if (offset === 0) return { records: batch(['a', 'b'], { baseOffset: 0 }) };
      if (offset === 2) return { errorCode: ErrorCode.CORRUPT_MESSAGE };
      return offset === 4 ? { records: batch(['e'], { baseOffset: 4 }) } : undefined;
    });
    const target = create();
    target.seek(PARTITION, 0);
    expect((await read(target, 2)).map(({ offset }) => offset)).toEqual([0, 1]);
    const failure = {
      code: 'CORRUPT_RECORD',
      retriable: false,
      message:
        'the batch at offset 2 of t-0 cannot be read: it is damaged on the disk of its broker; seek past it to go on',
    };
    await expect(target.poll(1_000)).rejects.toMatchObject(failure);
    // The fetch is repeated and fails again while the application makes up its mind; what it leaves behind is not told.
    const before = asked.length;
    while (asked.length < before + 3) await nodeEnvironment.timers.sleep(2);
    target.seek(PARTITION, 4);
    expect((await read(target, 1))[0]?.offset).toBe(4);
  });

  it('says that the log is damaged where a time is looked up, fails at once', async () => {
    broker.on(listOffsets, () => ({
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: ErrorCode.CORRUPT_MESSAGE }] }],
    }));
    await expect(create().offsetsForTimes([{ ...PARTITION, timestamp: 5 }])).rejects.toMatchObject({
      code: 'CORRUPT_RECORD',
    });
  });

  it.each(['KAFKA_STORAGE_ERROR', 'UNKNOWN_TOPIC_OR_PARTITION', 'NOT_LEADER_OR_FOLLOWER'] as const)(
    'answers %s for a while, waits, and tells who asks for what',
    async (name) => {
      let failing = true;
      serve((offset) => {
        if (failing) return { errorCode: ErrorCode[name] };
        return offset === 0 ? { records: batch(['a'], { baseOffset: 0 }) } : undefined;
      });
      const target = create();
      target.seek(PARTITION, 0);
      expect(target.failing()).toEqual([]);
      while (asked.length < 3) await target.poll(5);
      expect(target.failing()).toMatchObject([{ ...PARTITION, error: { code: name, retriable: true } }]);
      failing = false;
      await read(target, 1);
      expect(target.failing()).toEqual([]);
    },
  );

  it('has no records at the offset any more, resets as configured', async () => {
    serve((offset) =>
      offset === 3
        ? { records: batch(['first'], { baseOffset: 3 }) }
        : { errorCode: offset < 3 ? ErrorCode.OFFSET_OUT_OF_RANGE : ErrorCode.NONE },
    );
    const target = create({ autoOffsetReset: 'earliest' });
    target.seek(PARTITION, 1);
    expect((await read(target, 1))[0]?.offset).toBe(3);
  });

  it('has no records at the offset any more, resets as is configured for the topic', async () => {
    serve((offset) =>
      offset === 3
        ? { records: batch(['first'], { baseOffset: 3 }) }
        : { errorCode: offset < 3 ? ErrorCode.OFFSET_OUT_OF_RANGE : ErrorCode.NONE },
    );
    const target = create({
      autoOffsetReset: 'latest',
      autoOffsetResetOf: (topic) => (topic === 't' ? 'earliest' : undefined),
    });
    target.seek(PARTITION, 1);
    expect((await read(target, 1))[0]?.offset).toBe(3);
  });

  it('moves the partition and cuts the connection, finds the records again', async () => {
    let failures = 0;
    broker.on(fetch, ({ topics }) => {
      failures++;
      if (failures === 1) return 'cut';
      const offset = topics[0]?.partitions[0]?.fetchOffset ?? -1;
      const errorCode = failures < 4 ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.NONE;
      broker.leaderEpoch = failures;
      const records = errorCode === ErrorCode.NONE && offset === 0 ? batch(['x'], { baseOffset: 0 }) : null;
      return {
        responses: [
          { topicId: TOPIC_ID, partitions: [{ partitionIndex: 0, errorCode, highWatermark: 1, records }] },
        ],
      };
    });
    const target = create({ reconnectBackoffMs: 1 });
    target.seek(PARTITION, 0);
    expect((await read(target, 1))[0]?.offset).toBe(0);
    expect(failures).toBeGreaterThanOrEqual(4);
  });

  it('answers a fetch that was overtaken by a seek, drops the answer', async () => {
    serve((offset) => ({ records: batch([`at ${offset}`], { baseOffset: offset }) }));
    const target = create();
    target.seek(PARTITION, 0);
    const first = await target.poll(1_000);
    expect(String(first[0]?.records[0]?.value)).toBe('at 0');
    // By now later offsets are fetched ahead; none of them may come out.
    target.seek(PARTITION, 30);
    expect((await read(target, 1)).map(({ value }) => String(value))).toEqual(['at 30']);
  });

  it('answers late where a partition begins, keeps to what the application has sought meanwhile', async () => {
    serve((offset) => ({ records: batch([`at ${offset}`], { baseOffset: offset }) }));
    let sought = false;
    const target = create({ autoOffsetReset: 'earliest' });
    broker.on(listOffsets, () => {
      // While the look-up is under way.
      target.seek(PARTITION, 30);
      sought = true;
      return { topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: 3, timestamp: -1 }] }] };
    });
    expect((await read(target, 1)).map(({ value }) => String(value))).toEqual(['at 30']);
    expect(sought).toBe(true);
    expect(asked.map(({ offset }) => offset)).not.toContain(3);
  });

  it('does not answer that a member leaves, closes it in the time that it was given', async () => {
    broker.on(findCoordinator, () => ({
      coordinators: [
        { key: 'g', nodeId: 0, host: '127.0.0.1', port: Number(broker.bootstrapServers.slice(10)) },
      ],
    }));
    broker.on(joinGroup, () => ({
      generationId: 1,
      protocolType: 'consumer',
      protocolName: 'range',
      leader: 'someone else',
      memberId: 'm',
    }));
    broker.on(syncGroup, () => ({ assignment: encodeAssignment({ partitions: [] }) }));
    broker.on(heartbeat, () => ({}));
    broker.on(leaveGroup, () => undefined);
    const member = new Consumer({
      environment: nodeEnvironment,
      bootstrapServers: broker.bootstrapServers,
      groupId: 'g',
      autoCommit: false,
    });
    let assigned = false;
    member.subscribe(['t'], { onAssigned: () => void (assigned = true) });
    while (!assigned) await member.poll(50);
    await member.close({ timeoutMs: 50 });
    expect(broker.asked.filter((name) => name.startsWith('LeaveGroup'))).toHaveLength(1);
  });
});

describe('a cluster that does not answer', () => {
  it('ends in one message with the address and what to do', async () => {
    const admin = new Admin({
      environment: nodeEnvironment,
      bootstrapServers: '127.0.0.1:1',
      defaultApiTimeoutMs: 100,
    });
    await expect(admin.listTopics()).rejects.toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      retriable: true,
      message:
        'no answer from the Kafka cluster at 127.0.0.1:1 (cannot connect to 127.0.0.1:1: connect ECONNREFUSED ' +
        '127.0.0.1:1): is a broker running there, or is it at max.connections, and is bootstrap.servers right?',
    });
    await admin.close();
  });

  it('ends a poll too, when its patience is over', async () => {
    const consumer = new Consumer({
      environment: nodeEnvironment,
      bootstrapServers: '127.0.0.1:1',
      groupId: 'g',
      defaultApiTimeoutMs: 100,
      retryBackoffMs: 5,
    });
    consumer.subscribe(['t']);
    await expect(consumer.poll(10_000)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    await consumer.close();
  });

  it('is told apart from something else that listens there', async () => {
    const listener = await nodeEnvironment.network.listen({
      host: '127.0.0.1',
      port: 0,
      onConnection: (connection) =>
        connection.start({
          data: () => void connection.write([Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]),
          close: () => {},
        }),
    });
    const admin = new Admin({
      environment: nodeEnvironment,
      bootstrapServers: `127.0.0.1:${listener.address.port}`,
      defaultApiTimeoutMs: 1_000,
    });
    await expect(admin.listTopics()).rejects.toMatchObject({
      code: 'NOT_A_BROKER',
      message: 'the other side does not speak the Kafka protocol: its answer begins with "HTTP"',
    });
    await admin.close();
    await listener.close();
  });
});
