import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Producer, type ProducerOptions, TransactionError } from '../../src/client/index.ts';
import { ErrorCode, errorOf } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxn } from '../../src/protocol/messages/25-add-offsets-to-txn.ts';
import { endTxn } from '../../src/protocol/messages/26-end-txn.ts';
import { txnOffsetCommit } from '../../src/protocol/messages/28-txn-offset-commit.ts';
import { patientEnvironment } from './patient-environment.ts';
import { ScriptedBroker } from './scripted-broker.ts';
import { type NamedApi, ScriptedCoordinator } from './scripted-coordinator.ts';

const GROUP = { groupId: 'g', generationId: 3, memberId: 'm', groupInstanceId: null };
const OFFSETS = [{ topic: 'in', partition: 0, offset: 5 }];

describe('transactions of a producer', () => {
  const environment = patientEnvironment();
  let broker: ScriptedBroker;
  let producers: Producer[];

  beforeEach(async () => {
    producers = [];
    broker = new ScriptedBroker();
    await broker.start();
  });
  afterEach(async () => {
    await Promise.allSettled(producers.map((producer) => producer.close({ timeoutMs: 0 })));
    await broker.stop();
  });

  function create(options: Partial<ProducerOptions> = {}): Producer {
    const producer = new Producer({
      environment,
      bootstrapServers: broker.bootstrapServers,
      transactionalId: 'copier',
      lingerMs: 0,
      retryBackoffMs: 1,
      retryBackoffMsMax: 5,
      reconnectBackoffMs: 1,
      ...options,
    });
    producers.push(producer);
    return producer;
  }

  /** A producer with a transaction open, beside a coordinator that has noted nothing since. */
  async function open(version: 1 | 2, options: Partial<ProducerOptions> = {}) {
    const coordinator = new ScriptedCoordinator(broker, version);
    const producer = create(options);
    await producer.initTransactions();
    producer.beginTransaction();
    coordinator.told.length = 0;
    return { coordinator, producer, told: coordinator.told };
  }

  it('ask the coordinator for all that is in them, under the first protocol', async () => {
    const { producer, told } = await open(1);
    await producer.sendAndWait({ topic: 't', value: 'a' });
    await producer.sendAndWait({ topic: 't', value: 'b' });
    await producer.sendOffsetsToTransaction(OFFSETS, GROUP);
    await producer.commitTransaction();
    producer.beginTransaction();
    await producer.sendAndWait({ topic: 't', value: 'c' });
    await producer.abortTransaction();
    expect(told).toEqual([
      'AddPartitionsToTxn 3 t-0',
      'Produce 11 7/0@0 x1',
      'Produce 11 7/0@1 x1',
      'AddOffsetsToTxn 4 g',
      'FindCoordinator group g',
      'TxnOffsetCommit 4 g/3/m in-0@5',
      'EndTxn 4 7/0 commit',
      'AddPartitionsToTxn 3 t-0',
      'Produce 11 7/0@2 x1',
      'EndTxn 4 7/0 abort',
    ]);
  });

  it('are made by writing, and have an epoch each, under the second protocol', async () => {
    const { producer, told } = await open(2);
    await producer.sendAndWait({ topic: 't', value: 'a' });
    await producer.sendOffsetsToTransaction(OFFSETS, GROUP);
    await producer.commitTransaction();
    producer.beginTransaction();
    producer.send({ topic: 't', value: 'b' });
    producer.send({ topic: 't', value: 'c' });
    await producer.commitTransaction();
    expect(told).toEqual([
      'Produce 13 7/0@0 x1',
      'FindCoordinator group g',
      'TxnOffsetCommit 5 g/3/m in-0@5',
      'EndTxn 5 7/0 commit',
      'Produce 13 7/1@0 x2',
      'EndTxn 5 7/1 commit',
    ]);
  });

  it('tell nobody of one that is empty', async () => {
    for (const version of [1, 2] as const) {
      const { producer, told } = await open(version);
      await producer.commitTransaction();
      producer.beginTransaction();
      await producer.abortTransaction();
      producer.beginTransaction();
      await producer.sendOffsetsToTransaction([], GROUP);
      await producer.commitTransaction();
      expect(told).toEqual([]);
    }
  });

  it('go over to the second protocol with an epoch of their own when the cluster has', async () => {
    const { producer, told, coordinator } = await open(1);
    await producer.sendAndWait({ topic: 't', value: 'a' });
    broker.finalizedFeatures.set('transaction.version', 2);
    // What a broker can do is told to who connects.
    coordinator.fails(endTxn, 'cut');
    await producer.commitTransaction();
    producer.beginTransaction();
    await producer.sendAndWait({ topic: 't', value: 'b' });
    await producer.commitTransaction();
    expect(told.slice(2)).toEqual([
      'EndTxn 4 7/0 commit',
      'FindCoordinator transaction copier',
      'EndTxn 4 7/0 commit',
      'InitProducerId 7/0',
      'Produce 13 7/1@0 x1',
      'EndTxn 5 7/1 commit',
    ]);
  });

  describe.each([1, 2] as const)('under protocol %d', (version) => {
    /** What may pass by itself, of the APIs that are asked within a transaction. */
    const passing: readonly (readonly [NamedApi, number | 'cut'])[] = [
      [endTxn, ErrorCode.CONCURRENT_TRANSACTIONS],
      [endTxn, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
      [endTxn, ErrorCode.NOT_COORDINATOR],
      [endTxn, 'cut'],
      [produce, ErrorCode.CONCURRENT_TRANSACTIONS],
      [produce, ErrorCode.NOT_ENOUGH_REPLICAS],
      [produce, 'cut'],
      [txnOffsetCommit, ErrorCode.NOT_COORDINATOR],
      [txnOffsetCommit, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
      [txnOffsetCommit, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      [txnOffsetCommit, 'cut'],
      [findCoordinator, ErrorCode.COORDINATOR_NOT_AVAILABLE],
    ];
    const passingByProtocol: Readonly<Record<1 | 2, typeof passing>> = {
      1: [
        [addPartitionsToTxn, ErrorCode.CONCURRENT_TRANSACTIONS],
        [addPartitionsToTxn, ErrorCode.NOT_COORDINATOR],
        [addPartitionsToTxn, 'cut'],
        [addOffsetsToTxn, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
        [addOffsetsToTxn, 'cut'],
      ],
      2: [[txnOffsetCommit, ErrorCode.CONCURRENT_TRANSACTIONS]],
    };
    const cases = [...passing, ...passingByProtocol[version]].map(
      ([api, code]) => [`${api.name} ${typeof code === 'number' ? code : 'cut'}`, api, code] as const,
    );

    it.each(cases)('commits in spite of %s', async (_name, api, code) => {
      const { producer, coordinator, told } = await open(version);
      coordinator.fails(api, code, code);
      producer.send({ topic: 't', value: 'a' });
      await producer.sendOffsetsToTransaction(OFFSETS, GROUP);
      await producer.commitTransaction();
      const asked = told.filter((line) => line.startsWith(`${api.name} `));
      expect(asked.length).toBeGreaterThanOrEqual(3);
      expect(new Set(asked).size).toBe(api === findCoordinator ? asked.length - 2 : 1);
      expect(told.at(-1)).toBe(`EndTxn ${version === 1 ? 4 : 5} 7/0 commit`);
    });

    it.each([
      ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      ErrorCode.INVALID_PRODUCER_EPOCH,
      ErrorCode.UNKNOWN_PRODUCER_ID,
      ErrorCode.INVALID_TXN_STATE,
      ErrorCode.TRANSACTION_ABORTABLE,
      ErrorCode.TOPIC_AUTHORIZATION_FAILED,
      ErrorCode.INVALID_RECORD,
    ])('aborts after a batch was refused, and goes on: code %d', async (code) => {
      const { producer, coordinator, told } = await open(version);
      coordinator.fails(produce, code);
      const { name } = errorOf(code);
      const sent = producer.sendAndWait({ topic: 't', value: 'a' });
      await expect(sent).rejects.toMatchObject({ code: name, recovery: 'abort' });
      const refused = { code: name, recovery: 'abort', retriable: false };
      // All calls but one are refused until that is made.
      await expect(producer.commitTransaction()).rejects.toMatchObject(refused);
      expect(() => producer.send({ topic: 't', value: 'b' })).toThrow(TransactionError);
      expect(() => producer.beginTransaction()).toThrow(TransactionError);
      await expect(producer.sendOffsetsToTransaction(OFFSETS, GROUP)).rejects.toMatchObject(refused);
      await producer.abortTransaction();
      producer.beginTransaction();
      await producer.sendAndWait({ topic: 't', value: 'c' });
      await producer.commitTransaction();
      expect(told.filter((line) => !line.startsWith('AddPartitions'))).toEqual(
        version === 1
          ? [
              'Produce 11 7/0@0 x1',
              'EndTxn 4 7/0 abort',
              'InitProducerId 7/0',
              'Produce 11 7/1@0 x1',
              'EndTxn 4 7/1 commit',
            ]
          : ['Produce 13 7/0@0 x1', 'EndTxn 5 7/0 abort', 'Produce 13 7/1@0 x1', 'EndTxn 5 7/1 commit'],
      );
      // Nobody is told again of what was aborted.
      await producer.close();
    });

    it('a commit rejects where a record was not delivered, whoever was told', async () => {
      const { producer, coordinator } = await open(version);
      coordinator.fails(produce, ErrorCode.INVALID_RECORD);
      const told: unknown[] = [];
      producer.send({ topic: 't', value: 'a' }, (error) => told.push(error));
      await expect(producer.commitTransaction()).rejects.toMatchObject({ code: 'INVALID_RECORD' });
      expect(told).toMatchObject([{ code: 'INVALID_RECORD' }]);
      await producer.abortTransaction();
    });

    it('a batch that is not delivered in time makes it abortable, and the next one has other numbers', async () => {
      const { producer, coordinator, told } = await open(version, {
        deliveryTimeoutMs: 60,
        requestTimeoutMs: 20,
      });
      coordinator.fails(produce, ...Array.from({ length: 100 }, () => undefined));
      producer.send({ topic: 't', value: 'a' });
      await expect(producer.commitTransaction()).rejects.toMatchObject({
        code: 'TIMED_OUT',
        recovery: 'abort',
      });
      coordinator.fails(produce);
      await producer.abortTransaction();
      told.length = 0;
      producer.beginTransaction();
      await producer.commitTransaction();
      expect(told).toEqual([]);
    });

    it('what is refused before it is sent fails it too', async () => {
      const { producer } = await open(version, { requestBytesMax: 1_000 });
      producer.send({ topic: 't', value: 'x'.repeat(2_000) });
      await expect(producer.commitTransaction()).rejects.toMatchObject({
        code: 'RECORD_TOO_LARGE',
        recovery: 'abort',
      });
      await producer.abortTransaction();
    });

    it('an abort fails what lingers, tells its sender, and sends none of it', async () => {
      const { producer, told } = await open(version, { lingerMs: 60_000 });
      const results: unknown[] = [];
      producer.send({ topic: 't', value: 'a' }, (error) => results.push(error));
      producer.send({ topic: 't', value: 'b' });
      await producer.abortTransaction();
      expect(results).toMatchObject([{ code: 'TRANSACTION_ABORTED' }]);
      expect(told.filter((line) => line.startsWith('Produce'))).toEqual([]);
      await producer.flush();
      producer.beginTransaction();
      producer.send({ topic: 't', value: 'c' });
      await producer.commitTransaction();
      expect(told.filter((line) => line.startsWith('Produce'))).toEqual([
        expect.stringMatching(/^Produce 1[13] 7\/0@0 x1$/),
      ]);
    });

    it.each([
      ['by who writes', produce],
      ['when it commits', endTxn],
    ])('a producer that is fenced says so, %s, and works no more', async (_when, api) => {
      const { producer, coordinator, told } = await open(version);
      coordinator.fails(api, ErrorCode.PRODUCER_FENCED);
      producer.send({ topic: 't', value: 'a' });
      const fenced = { code: 'PRODUCER_FENCED', recovery: 'restart' };
      await expect(producer.commitTransaction()).rejects.toMatchObject(fenced);
      await expect(producer.abortTransaction()).rejects.toMatchObject(fenced);
      expect(() => producer.beginTransaction()).toThrow(TransactionError);
      expect(() => producer.send({ topic: 't', value: 'b' })).toThrow(TransactionError);
      const before = told.length;
      await producer.close();
      expect(told).toHaveLength(before);
    });

    it.each([ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.ILLEGAL_GENERATION, ErrorCode.FENCED_INSTANCE_ID])(
      'offsets of a member that was left behind are not committed: code %d',
      async (code) => {
        const { producer, coordinator } = await open(version);
        coordinator.fails(txnOffsetCommit, code);
        await expect(producer.sendOffsetsToTransaction(OFFSETS, GROUP)).rejects.toMatchObject({
          code: 'COMMIT_FAILED',
          recovery: 'abort',
        });
        await expect(producer.commitTransaction()).rejects.toMatchObject({ code: 'COMMIT_FAILED' });
        await producer.abortTransaction();
      },
    );

    it('a commit waits for offsets whose sender does not, and fails with them', async () => {
      const { producer, coordinator } = await open(version);
      coordinator.fails(txnOffsetCommit, ErrorCode.NOT_COORDINATOR, ErrorCode.ILLEGAL_GENERATION);
      const sending = producer.sendOffsetsToTransaction(OFFSETS, GROUP);
      const results = await Promise.allSettled([sending, producer.commitTransaction()]);
      expect(results).toMatchObject([
        { reason: { code: 'COMMIT_FAILED' } },
        { reason: { code: 'COMMIT_FAILED' } },
      ]);
    });

    it('a commit that finds no coordinator in time can be made again, and nothing else', async () => {
      const { producer, coordinator, told } = await open(version, { blockMsMax: 50 });
      await producer.sendAndWait({ topic: 't', value: 'a' });
      coordinator.fails(endTxn, ...Array.from({ length: 50 }, () => ErrorCode.NOT_COORDINATOR));
      await expect(producer.commitTransaction()).rejects.toMatchObject({
        code: 'TIMED_OUT',
        retriable: true,
      });
      await expect(producer.abortTransaction()).rejects.toMatchObject({ code: 'ILLEGAL_STATE' });
      expect(() => producer.send({ topic: 't', value: 'b' })).toThrow(/is being committed/);
      for (;;) {
        const isDone = await producer.commitTransaction().then(
          () => true,
          () => false,
        );
        if (isDone) break;
      }
      expect(told.at(-1)).toBe(`EndTxn ${version === 1 ? 4 : 5} 7/0 commit`);
      producer.beginTransaction();
      await producer.abortTransaction();
    });

    it('a commit that waits in vain for its records can be followed by an abort', async () => {
      const { producer, coordinator, told } = await open(version, { blockMsMax: 100 });
      coordinator.fails(produce, ...Array.from({ length: 200 }, () => ErrorCode.NOT_ENOUGH_REPLICAS));
      producer.send({ topic: 't', value: 'a' });
      await expect(producer.commitTransaction()).rejects.toMatchObject({ code: 'TIMED_OUT' });
      await producer.abortTransaction();
      expect(told.filter((line) => line.startsWith('EndTxn'))).toEqual([expect.stringMatching(/abort$/)]);
    });

    it('closing aborts what is open', async () => {
      const { producer, told } = await open(version);
      await producer.sendAndWait({ topic: 't', value: 'a' });
      await producer.close();
      expect(told.at(-1)).toBe(`EndTxn ${version === 1 ? 4 : 5} 7/0 abort`);
    });

    it('closing waits for no longer than it may, and for a commit that is under way', async () => {
      const { producer, coordinator, told } = await open(version, { requestTimeoutMs: 60_000 });
      await producer.sendAndWait({ topic: 't', value: 'a' });
      coordinator.fails(endTxn, undefined);
      await expect(producer.close({ timeoutMs: 30 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
      const other = create();
      await other.initTransactions();
      other.beginTransaction();
      await other.sendAndWait({ topic: 't', value: 'b' });
      coordinator.fails(endTxn, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
      const committing = other.commitTransaction();
      await other.close();
      await committing;
      expect(told.at(-1)).toMatch(/commit$/);
    });

    it('an abort that is refused ends the producer', async () => {
      const { producer, coordinator } = await open(version);
      await producer.sendAndWait({ topic: 't', value: 'a' });
      coordinator.fails(endTxn, ErrorCode.TRANSACTION_ABORTABLE);
      await expect(producer.abortTransaction()).rejects.toMatchObject({ recovery: 'restart' });
      expect(() => producer.beginTransaction()).toThrow(TransactionError);
    });

    it('a commit that is refused for what can be aborted is aborted', async () => {
      const { producer, coordinator, told } = await open(version);
      await producer.sendAndWait({ topic: 't', value: 'a' });
      coordinator.fails(endTxn, ErrorCode.TRANSACTION_ABORTABLE);
      await expect(producer.commitTransaction()).rejects.toMatchObject({ recovery: 'abort' });
      await producer.abortTransaction();
      expect(told.at(-1)).toMatch(/abort$/);
      producer.beginTransaction();
    });
  });

  it('waits for an AddPartitionsToTxn that is not answered before it tells of the end', async () => {
    const { producer, coordinator, told } = await open(1, { requestTimeoutMs: 30 });
    coordinator.fails(addPartitionsToTxn, undefined);
    producer.send({ topic: 't', value: 'a' });
    await environment.timers.sleep(5);
    await producer.abortTransaction();
    expect(told).toEqual([
      'AddPartitionsToTxn 3 t-0',
      'FindCoordinator transaction copier',
      'AddPartitionsToTxn 3 t-0',
      'EndTxn 4 7/0 abort',
    ]);
  });

  it('an abort whose next epoch is long in coming goes on where it was', async () => {
    const { producer, coordinator, told } = await open(1, { blockMsMax: 50 });
    coordinator.fails(produce, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    await expect(producer.sendAndWait({ topic: 't', value: 'a' })).rejects.toThrow();
    coordinator.fails(
      initProducerId,
      ...Array.from({ length: 30 }, () => ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
    );
    await expect(producer.abortTransaction()).rejects.toMatchObject({ code: 'TIMED_OUT', retriable: true });
    while (
      !(await producer.abortTransaction().then(
        () => true,
        () => false,
      ))
    );
    expect(told.filter((line) => line.startsWith('EndTxn'))).toEqual(['EndTxn 4 7/0 abort']);
    producer.beginTransaction();
  });

  it('initializing is tried again, and can be called again', async () => {
    const coordinator = new ScriptedCoordinator(broker, 2);
    const producer = create({ blockMsMax: 100 });
    coordinator.fails(
      initProducerId,
      ErrorCode.CONCURRENT_TRANSACTIONS,
      ErrorCode.NOT_COORDINATOR,
      ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
      'cut',
    );
    await producer.initTransactions();
    const late = create({ blockMsMax: 20 });
    coordinator.fails(
      initProducerId,
      ...Array.from({ length: 100 }, () => ErrorCode.CONCURRENT_TRANSACTIONS),
    );
    await expect(late.initTransactions()).rejects.toMatchObject({ code: 'TIMED_OUT', retriable: true });
    expect(() => late.beginTransaction()).toThrow(/initTransactions\(\) has not succeeded yet/);
    await expect(late.initTransactions()).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });

  it.each([
    [ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, 'none'],
    [ErrorCode.INVALID_TRANSACTION_TIMEOUT, 'none'],
    [ErrorCode.PRODUCER_FENCED, 'restart'],
  ])('initializing fails for good with what does not pass: code %d', async (code, recovery) => {
    const coordinator = new ScriptedCoordinator(broker, 2);
    const producer = create();
    coordinator.fails(initProducerId, code);
    const failed = { code: errorOf(code).name, recovery };
    await expect(producer.initTransactions()).rejects.toMatchObject(failed);
    await expect(producer.initTransactions()).rejects.toMatchObject(failed);
  });

  it('calls at the wrong time are refused, say what is missing, and change nothing', async () => {
    const { producer } = await open(2);
    const refused = (message: RegExp) => ({ code: 'ILLEGAL_STATE', message: expect.stringMatching(message) });
    const fresh = create();
    expect(() => fresh.beginTransaction()).toThrow(/call initTransactions\(\) first/);
    expect(() => fresh.send({ topic: 't', value: 'a' })).toThrow(/call initTransactions\(\) first/);
    await expect(producer.initTransactions()).rejects.toMatchObject(refused(/a transaction is open already/));
    expect(() => producer.beginTransaction()).toThrow(/a transaction is open already/);
    await producer.commitTransaction();
    for (const call of [
      producer.commitTransaction(),
      producer.abortTransaction(),
      producer.sendOffsetsToTransaction(OFFSETS, GROUP),
      producer.sendAndWait({ topic: 't', value: 'a' }),
    ]) {
      await expect(call).rejects.toMatchObject(refused(/no transaction is open/));
    }
    producer.beginTransaction();
    await producer.sendAndWait({ topic: 't', value: 'a' });
    const committing = producer.commitTransaction();
    await expect(producer.abortTransaction()).rejects.toMatchObject(
      refused(/commitTransaction\(\) is under way/),
    );
    await committing;
    const plain = create({ transactionalId: null });
    expect(() => plain.beginTransaction()).toThrow(/has no transactionalId/);
    await expect(plain.initTransactions()).rejects.toMatchObject(refused(/has no transactionalId/));
  });

  it('settings that contradict transactions are refused', () => {
    expect(() => create({ idempotent: false })).toThrow(/idempotent/);
    expect(() => create({ acks: 1 })).toThrow(/acks=all/);
    expect(() => create({ inFlightMax: 6 })).toThrow(/5 requests in flight/);
    expect(() => create({ transactionalId: '' })).toThrow(/transactionalId/);
  });
});
