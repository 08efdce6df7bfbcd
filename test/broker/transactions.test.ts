import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broker } from '../../broker/broker.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../src/protocol/messages/20-delete-topics.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxn } from '../../src/protocol/messages/25-add-offsets-to-txn.ts';
import { endTxn } from '../../src/protocol/messages/26-end-txn.ts';
import { describeConfigs } from '../../src/protocol/messages/32-describe-configs.ts';
import { updateFeatures } from '../../src/protocol/messages/57-update-features.ts';
import { describeTransactions } from '../../src/protocol/messages/65-describe-transactions.ts';
import { listTransactions } from '../../src/protocol/messages/66-list-transactions.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { type TestClient, TestBrokers } from './running-broker.ts';

const TOPIC_RESOURCE = 2;

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const brokers = new TestBrokers();
afterAll(() => brokers.close());

async function init(client: TestClient, transactionalId: string): Promise<Producer> {
  const request = { transactionalId, transactionTimeoutMs: 60_000 };
  let producer: Producer | undefined;
  await expect
    .poll(
      async () => {
        const answer = await client.send(initProducerId, 5, request);
        producer = answer;
        return answer.errorCode;
      },
      { timeout: PATIENCE_MS },
    )
    .toBe(ErrorCode.NONE);
  if (producer === undefined) throw new Error('no producer');
  return producer;
}

/** The error codes of partitions, by topic and partition. */
async function add(
  client: TestClient,
  { transactionalId, ...producer }: Producer & { readonly transactionalId: string },
  topics: { name: string; partitions: number[] }[],
): Promise<Record<string, number>> {
  const { resultsByTopicV3AndBelow } = await client.send(addPartitionsToTxn, 3, {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producer.producerId,
    v3AndBelowProducerEpoch: producer.producerEpoch,
    v3AndBelowTopics: topics,
  });
  return Object.fromEntries(
    resultsByTopicV3AndBelow.flatMap(({ name, resultsByPartition }) =>
      resultsByPartition.map(({ partitionIndex, partitionErrorCode }) => [
        `${name}-${partitionIndex}`,
        partitionErrorCode,
      ]),
    ),
  );
}

async function stateOf(client: TestClient, transactionalId: string): Promise<string | undefined> {
  const { transactionStates } = await client.send(describeTransactions, 0, {
    transactionalIds: [transactionalId],
  });
  return transactionStates[0]?.transactionState;
}

describe('a broker that coordinates transactions', () => {
  let broker: Broker;
  let client: TestClient;

  beforeAll(async () => {
    broker = await brokers.start({ 'transaction.state.log.num.partitions': 4 });
    client = brokers.to(broker);
    await client.send(createTopics, 7, {
      topics: [{ name: 'orders', numPartitions: 2, replicationFactor: 1 }],
      timeoutMs: 10_000,
    });
    const { coordinators } = await client.send(findCoordinator, 6, {
      keyType: 1,
      coordinatorKeys: ['payments', 'others'],
    });
    expect(coordinators.map(({ errorCode, nodeId }) => [errorCode, nodeId])).toEqual([
      [ErrorCode.NONE, broker.nodeId],
      [ErrorCode.NONE, broker.nodeId],
    ]);
  });

  it('keeps what it knows in a compacted topic of its own', async () => {
    const names = [
      'cleanup.policy',
      'min.insync.replicas',
      'unclean.leader.election.enable',
      'compression.type',
    ];
    const { results } = await client.send(describeConfigs, 4, {
      resources: [
        { resourceType: TOPIC_RESOURCE, resourceName: '__transaction_state', configurationKeys: names },
      ],
    });
    const values = new Map(results[0]?.configs.map(({ name, value }) => [name, value]));
    expect(names.map((name) => values.get(name))).toEqual(['compact', '1', 'false', 'uncompressed']);
    expect(broker.image.topicsByName.get('__transaction_state')?.partitions.size).toBe(4);
  });

  it('writes the markers of a commit into every partition', async () => {
    const transactionalId = 'payments';
    const producer = await init(client, transactionalId);
    const topics = [{ name: 'orders', partitions: [0, 1] }];
    expect(await add(client, { transactionalId, ...producer }, topics)).toEqual({
      'orders-0': 0,
      'orders-1': 0,
    });
    expect(await stateOf(client, transactionalId)).toBe('Ongoing');
    const ended = await client.send(endTxn, 5, { transactionalId, ...producer, committed: true });
    expect(ended).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: producer.producerEpoch + 1 });
    await expect
      .poll(() => stateOf(client, transactionalId), { timeout: PATIENCE_MS })
      .toBe('CompleteCommit');
    const { responses } = await client.send(fetch, 12, {
      maxWaitMs: 0,
      minBytes: 0,
      topics: [
        {
          topic: 'orders',
          partitions: [0, 1].map((partition) => ({
            partition,
            fetchOffset: 0,
            partitionMaxBytes: 1_000_000,
          })),
        },
      ],
    });
    for (const { records } of responses[0]?.partitions ?? []) {
      const batches = batchesOf(records ?? Buffer.alloc(0));
      expect(batches.map(({ isControl, producerEpoch }) => [isControl, producerEpoch])).toEqual([
        [true, producer.producerEpoch + 1],
      ]);
    }
  });

  it('refuses partitions that there are none of, and then all', async () => {
    const transactionalId = 'refused';
    const producer = { transactionalId, ...(await init(client, transactionalId)) };
    const { UNKNOWN_TOPIC_OR_PARTITION, OPERATION_NOT_ATTEMPTED } = ErrorCode;
    expect(await add(client, producer, [{ name: 'orders', partitions: [1, 2] }])).toEqual({
      'orders-1': OPERATION_NOT_ATTEMPTED,
      'orders-2': UNKNOWN_TOPIC_OR_PARTITION,
    });
    expect(await stateOf(client, transactionalId)).toBe('Empty');
  });

  it('tells old clients of a fenced producer in words that they know', async () => {
    const transactionalId = 'fenced';
    const first = await init(client, transactionalId);
    await init(client, transactionalId);
    const request = { transactionalId, ...first };
    const errorsOf = async (versions: readonly number[], send: (version: number) => Promise<number>) =>
      Promise.all(versions.map(send));
    const { INVALID_PRODUCER_EPOCH, PRODUCER_FENCED } = ErrorCode;
    const ends = errorsOf([1, 2], async (version) => {
      const { errorCode } = await client.send(endTxn, version, { ...request, committed: true });
      return errorCode;
    });
    const offsets = errorsOf([1, 2], async (version) => {
      const { errorCode } = await client.send(addOffsetsToTxn, version, { ...request, groupId: 'g' });
      return errorCode;
    });
    const inits = errorsOf([3, 4], async (version) => {
      const { errorCode } = await client.send(initProducerId, version, {
        ...request,
        transactionTimeoutMs: 1_000,
      });
      return errorCode;
    });
    for (const errors of [ends, offsets, inits])
      expect(await errors).toEqual([INVALID_PRODUCER_EPOCH, PRODUCER_FENCED]);
  });

  it('verifies partitions for their leaders, of several transactions at once', async () => {
    const transactionalId = 'verified';
    const producer = await init(client, transactionalId);
    await add(client, { transactionalId, ...producer }, [{ name: 'orders', partitions: [0] }]);
    const topics = [{ name: 'orders', partitions: [0, 1] }];
    const { resultsByTransaction } = await client.send(addPartitionsToTxn, 5, {
      transactions: [
        { transactionalId, ...producer, verifyOnly: true, topics },
        { transactionalId: 'unheard-of', producerId: 1, producerEpoch: 0, verifyOnly: false, topics },
      ],
    });
    const errors = resultsByTransaction.map(({ topicResults }) =>
      topicResults.flatMap(({ resultsByPartition }) =>
        resultsByPartition.map((each) => each.partitionErrorCode),
      ),
    );
    const { INVALID_PRODUCER_ID_MAPPING, NONE, TRANSACTION_ABORTABLE } = ErrorCode;
    expect(errors).toEqual([
      [NONE, TRANSACTION_ABORTABLE],
      [INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_ID_MAPPING],
    ]);
  });

  it('lets nobody into the topic of its coordinators, and clients into no internal topic', async () => {
    const transactionalId = 'intruder';
    const producer = await init(client, transactionalId);
    const { NONE, OPERATION_NOT_ATTEMPTED, TOPIC_AUTHORIZATION_FAILED, UNKNOWN_TOPIC_OR_PARTITION } =
      ErrorCode;
    for (const name of ['__transaction_state', '__consumer_offsets']) {
      expect(
        await add(client, { transactionalId, ...producer }, [
          { name, partitions: [0] },
          { name: 'orders', partitions: [0] },
          { name: 'nowhere', partitions: [0] },
        ]),
      ).toEqual({
        [`${name}-0`]: TOPIC_AUTHORIZATION_FAILED,
        'orders-0': OPERATION_NOT_ATTEMPTED,
        'nowhere-0': UNKNOWN_TOPIC_OR_PARTITION,
      });
    }
    const topics = [{ name: '__transaction_state', partitions: [0] }];
    const { resultsByTransaction } = await client.send(addPartitionsToTxn, 5, {
      transactions: [{ transactionalId, ...producer, verifyOnly: false, topics }],
    });
    expect(resultsByTransaction[0]?.topicResults[0]?.resultsByPartition[0]?.partitionErrorCode).toBe(
      TOPIC_AUTHORIZATION_FAILED,
    );
    expect(await stateOf(client, transactionalId)).toBe('Empty');
    expect(
      await add(client, { transactionalId, ...producer }, [{ name: 'orders', partitions: [0] }]),
    ).toEqual({ 'orders-0': NONE });
  });

  it('goes on where a partition of the transaction was deleted', async () => {
    const transactionalId = 'deleted';
    await client.send(createTopics, 7, {
      topics: [{ name: 'short-lived', numPartitions: 1, replicationFactor: 1 }],
      timeoutMs: 10_000,
    });
    const producer = await init(client, transactionalId);
    await add(client, { transactionalId, ...producer }, [{ name: 'short-lived', partitions: [0] }]);
    await client.send(deleteTopics, 6, { topics: [{ name: 'short-lived' }], timeoutMs: 10_000 });
    await client.send(endTxn, 5, { transactionalId, ...producer, committed: true });
    await expect
      .poll(() => stateOf(client, transactionalId), { timeout: PATIENCE_MS })
      .toBe('CompleteCommit');
  });

  it('lists by regular expression, in time that does not grow with its meanness', async () => {
    await init(client, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!');
    const ids = async (transactionalIdPattern: string | null) => {
      const { errorCode, transactionStates } = await client.send(listTransactions, 2, {
        transactionalIdPattern,
      });
      return [errorCode, transactionStates.map(({ transactionalId }) => transactionalId)];
    };
    await init(client, 'listed-1');
    await init(client, 'listed-22');
    expect(await ids('listed-\\d')).toEqual([ErrorCode.NONE, ['listed-1']]);
    expect(await ids('(a+)+')).toEqual([ErrorCode.NONE, []]);
    expect(await ids('(')).toEqual([ErrorCode.INVALID_REGULAR_EXPRESSION, []]);
    const { unknownStateFilters, transactionStates } = await client.send(listTransactions, 0, {
      stateFilters: ['Empty', 'empty'],
    });
    expect(unknownStateFilters).toEqual(['empty']);
    expect(transactionStates.length).toBeGreaterThan(1);
  });

  it('changes transaction.version, and no level that it cannot work at', async () => {
    const level = async (): Promise<number | undefined> => {
      const software = { clientSoftwareName: 'a', clientSoftwareVersion: '1' };
      const { finalizedFeatures } = await client.send(apiVersions, 4, software);
      return finalizedFeatures.find(({ name }) => name === 'transaction.version')?.maxVersionLevel;
    };
    const update = async (maxVersionLevel: number, upgradeType: number, validateOnly = false) => {
      const { errorCode } = await client.send(updateFeatures, 2, {
        featureUpdates: [{ feature: 'transaction.version', maxVersionLevel, upgradeType }],
        validateOnly,
      });
      return [errorCode, await level()];
    };
    const [UPGRADE, SAFE_DOWNGRADE] = [1, 2];
    const { INVALID_UPDATE_VERSION, NONE } = ErrorCode;
    expect(await level()).toBe(2);
    expect(await update(3, UPGRADE)).toEqual([INVALID_UPDATE_VERSION, 2]);
    expect(await update(0, UPGRADE)).toEqual([INVALID_UPDATE_VERSION, 2]);
    expect(await update(0, SAFE_DOWNGRADE, true)).toEqual([NONE, 2]);
    expect(await update(1, SAFE_DOWNGRADE)).toEqual([NONE, 1]);
    expect(await update(0, SAFE_DOWNGRADE)).toEqual([NONE, undefined]);
    expect(await update(2, SAFE_DOWNGRADE)).toEqual([INVALID_UPDATE_VERSION, undefined]);
    expect(await update(2, UPGRADE)).toEqual([NONE, 2]);
  });
});

it('goes on after a restart with what was open, and knows what was ended', async () => {
  const config = { 'log.dirs': brokers.newDirectory(), 'node.id': 1 };
  const before = await brokers.start(config);
  const client = brokers.to(before);
  await client.send(createTopics, 7, {
    topics: [{ name: 'orders', numPartitions: 1, replicationFactor: 1 }],
    timeoutMs: 10_000,
  });
  const topics = [{ name: 'orders', partitions: [0] }];
  await client.send(findCoordinator, 6, { keyType: 1, coordinatorKeys: ['open', 'ended'] });
  const open = await init(client, 'open');
  const ended = await init(client, 'ended');
  await add(client, { transactionalId: 'open', ...open }, topics);
  await add(client, { transactionalId: 'ended', ...ended }, topics);
  const commit = { transactionalId: 'ended', ...ended, committed: true };
  const next = await client.send(endTxn, 5, commit);
  expect(next.errorCode).toBe(ErrorCode.NONE);
  await brokers.stop(before, { handOver: false });
  const after = brokers.to(await brokers.start(config));
  await expect.poll(() => stateOf(after, 'ended'), { timeout: PATIENCE_MS }).toBe('CompleteCommit');
  expect(await after.send(endTxn, 5, commit)).toEqual(next);
  expect(await stateOf(after, 'open')).toBe('Ongoing');
  const abort = await after.send(endTxn, 5, { transactionalId: 'open', ...open, committed: false });
  expect(abort.errorCode).toBe(ErrorCode.NONE);
  await expect.poll(() => stateOf(after, 'open'), { timeout: PATIENCE_MS }).toBe('CompleteAbort');
});
