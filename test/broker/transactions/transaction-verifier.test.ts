import { describe, expect, it } from 'vitest';
import type { BrokerRequests } from '../../../broker/server/broker-requests.ts';
import {
  produceSupport,
  type TransactionSupport,
  txnOffsetCommitSupport,
} from '../../../broker/transactions/transaction-support.ts';
import { TransactionVerifier } from '../../../broker/transactions/transaction-verifier.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { RequestOf } from '../../../src/protocol/message.ts';
import { addPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { ManualTime, settle } from '../coordinators/group/manual-time.ts';

type Request = RequestOf<typeof addPartitionsToTxn>;

const COORDINATOR = 3;
const VERIFIES = produceSupport(11);
const ADDS = produceSupport(12);

/** A coordinator on another broker: it answers when it is told to, as it is told to. */
class Coordinator implements BrokerRequests {
  readonly requests: Request[] = [];
  readonly #waiting: { readonly request: Request; readonly end: (error: Error | undefined) => void }[] = [];
  errorOf: (transactionalId: string, partition: number) => number = () => 0;

  send: BrokerRequests['send'] = (nodeId, api, version, request) => {
    expect([nodeId, api.key, version]).toEqual([COORDINATOR, addPartitionsToTxn.key, 5]);
    const bytes = encodeStruct(api.request, version, request);
    const received = decodeStruct(addPartitionsToTxn.request, version, bytes) as Request;
    this.requests.push(received);
    return new Promise((resolve, reject) => {
      const end = (error: Error | undefined): void => {
        if (error !== undefined) reject(error);
        else
          resolve(
            decodeStruct(
              api.response,
              version,
              encodeStruct(addPartitionsToTxn.response, version, this.#answer(received)),
            ) as never,
          );
      };
      this.#waiting.push({ request: received, end });
    });
  };

  #answer({ transactions }: Request): object {
    return {
      resultsByTransaction: transactions.map(({ transactionalId, topics }) => ({
        transactionalId,
        topicResults: topics.map(({ name, partitions }) => ({
          name,
          resultsByPartition: partitions.map((partitionIndex) => ({
            partitionIndex,
            partitionErrorCode: this.errorOf(transactionalId, partitionIndex),
          })),
        })),
      })),
    };
  }

  answer(error?: Error): void {
    for (const { end } of this.#waiting.splice(0)) end(error);
  }
}

function makeVerifier(): {
  readonly time: ManualTime;
  readonly coordinator: Coordinator;
  readonly verify: (
    partitions: readonly number[],
    options?: { readonly id?: string; readonly epoch?: number; readonly support?: TransactionSupport },
  ) => Promise<readonly number[]>;
} {
  const time = new ManualTime();
  const coordinator = new Coordinator();
  const verifier = new TransactionVerifier({
    environment: time,
    brokers: coordinator,
    coordinatorOf: (id) => (id === 'nowhere' ? undefined : COORDINATOR),
    retryBackoffMs: 20,
    retryMsMax: 100,
  });
  return {
    time,
    coordinator,
    verify: (partitions, { id = 'tx', epoch = 0, support = VERIFIES } = {}) =>
      verifier.verify(
        { transactionalId: id, producerId: 7, producerEpoch: epoch, support },
        partitions.map((partition) => ({ topic: 't', partition })),
      ),
  };
}

const asked = ({ transactions }: Request): unknown =>
  transactions.map(({ transactionalId, producerEpoch, verifyOnly, topics }) => [
    transactionalId,
    producerEpoch,
    verifyOnly,
    topics.map(({ partitions }) => partitions),
  ]);

describe('questions to a transaction coordinator', () => {
  it('of one turn go together, whosever they are', async () => {
    const { time, coordinator, verify } = makeVerifier();
    coordinator.errorOf = (id, partition) =>
      id === 'other' && partition === 4 ? ErrorCode.TRANSACTION_ABORTABLE : 0;
    const answers = [verify([0, 1]), verify([1, 2]), verify([3, 4], { id: 'other', support: ADDS })];
    await time.advance(0);
    expect(coordinator.requests.map(asked)).toEqual([
      [
        ['tx', 0, true, [[0, 1, 2]]],
        ['other', 0, false, [[3, 4]]],
      ],
    ]);
    coordinator.answer();
    expect(await Promise.all(answers)).toEqual([
      [0, 0],
      [0, 0],
      [0, ErrorCode.TRANSACTION_ABORTABLE],
    ]);
  });

  it('about one transaction follow each other, and wait for no other transaction', async () => {
    const { time, coordinator, verify } = makeVerifier();
    const answers = [verify([0])];
    await time.advance(0);
    answers.push(verify([1]), verify([2]), verify([0], { id: 'other' }));
    await time.advance(0);
    expect(coordinator.requests.map(asked)).toEqual([[['tx', 0, true, [[0]]]], [['other', 0, true, [[0]]]]]);
    coordinator.answer();
    await time.advance(0);
    expect(coordinator.requests.slice(2).map(asked)).toEqual([[['tx', 0, true, [[1, 2]]]]]);
    coordinator.answer();
    expect(await Promise.all(answers)).toEqual([[0], [0], [0], [0]]);
  });

  it('of two epochs are two questions', async () => {
    const { time, coordinator, verify } = makeVerifier();
    const answers = [verify([0]), verify([1], { epoch: 1 }), verify([2], { support: ADDS })];
    await time.advance(0);
    coordinator.answer();
    await time.advance(0);
    coordinator.answer();
    await time.advance(0);
    coordinator.answer();
    expect(await Promise.all(answers)).toEqual([[0], [0], [0]]);
    expect(coordinator.requests.map(asked)).toEqual([
      [['tx', 0, true, [[0]]]],
      [['tx', 1, true, [[1]]]],
      [['tx', 0, false, [[2]]]],
    ]);
  });

  it('are not asked where nobody coordinates, and not answered by one that cannot be reached', async () => {
    const { time, coordinator, verify } = makeVerifier();
    expect(await verify([0, 1], { id: 'nowhere' })).toEqual([15, 15]);
    const lost = verify([0]);
    await time.advance(0);
    coordinator.answer(new OperationalError('DISCONNECTED', 'gone', { retriable: true }));
    expect(await lost).toEqual([ErrorCode.NETWORK_EXCEPTION]);
    const again = verify([0]);
    await time.advance(0);
    coordinator.answer();
    expect(await again).toEqual([0]);
  });

  it.each([
    [ErrorCode.TRANSACTION_ABORTABLE, produceSupport(10), ErrorCode.INVALID_TXN_STATE],
    [ErrorCode.TRANSACTION_ABORTABLE, produceSupport(11), ErrorCode.TRANSACTION_ABORTABLE],
    [ErrorCode.TRANSACTION_ABORTABLE, txnOffsetCommitSupport(3), ErrorCode.INVALID_TXN_STATE],
    [ErrorCode.TRANSACTION_ABORTABLE, txnOffsetCommitSupport(4), ErrorCode.TRANSACTION_ABORTABLE],
    [ErrorCode.PRODUCER_FENCED, produceSupport(12), ErrorCode.INVALID_PRODUCER_EPOCH],
    [ErrorCode.CLUSTER_AUTHORIZATION_FAILED, produceSupport(12), ErrorCode.INVALID_TXN_STATE],
    [ErrorCode.NOT_COORDINATOR, produceSupport(12), ErrorCode.NOT_COORDINATOR],
  ])('are answered with %i: to %j it is %i', async (said, support, told) => {
    const { time, coordinator, verify } = makeVerifier();
    coordinator.errorOf = () => said;
    const answer = verify([0], { support });
    await time.advance(0);
    coordinator.answer();
    expect(await answer).toEqual([told]);
  });

  it('are asked again while the transaction before is being ended, for a moment, where the write adds the partition', async () => {
    const { time, coordinator, verify } = makeVerifier();
    coordinator.errorOf = () => (coordinator.requests.length < 3 ? ErrorCode.CONCURRENT_TRANSACTIONS : 0);
    const added = verify([0], { support: ADDS });
    for (let i = 0; i < 3; i++) {
      await time.advance(0);
      coordinator.answer();
      await settle();
      await time.advance(20);
    }
    expect(await added).toEqual([0]);
    expect(coordinator.requests).toHaveLength(3);

    coordinator.errorOf = () => ErrorCode.CONCURRENT_TRANSACTIONS;
    const verified = verify([0]);
    await time.advance(0);
    coordinator.answer();
    expect(await verified).toEqual([ErrorCode.CONCURRENT_TRANSACTIONS]);

    const late = verify([0], { support: ADDS });
    for (let i = 0; i < 8; i++) {
      await time.advance(0);
      coordinator.answer();
      await settle();
      await time.advance(20);
    }
    expect(await late).toEqual([ErrorCode.CONCURRENT_TRANSACTIONS]);
  });
});
