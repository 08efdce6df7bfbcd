import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { Api } from '../../src/protocol/message.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxn } from '../../src/protocol/messages/25-add-offsets-to-txn.ts';
import { endTxn } from '../../src/protocol/messages/26-end-txn.ts';
import { txnOffsetCommit } from '../../src/protocol/messages/28-txn-offset-commit.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../src/protocol/records/decode-batch.ts';
import { type ScriptedBroker, TOPIC_ID } from './scripted-broker.ts';

type Answer = number | 'cut' | undefined;

/** An API, of whichever messages. */
export type NamedApi = Pick<Api, 'key' | 'name'>;

/**
 * A scripted broker that coordinates transactions and groups and leads `t-0`: it does what a real one does as long as all is
 * well, notes each request in {@link ScriptedCoordinator.told}, and fails those that a test names.
 */
export class ScriptedCoordinator {
  readonly broker: ScriptedBroker;
  /** One line a request: `InitProducerId`, `Produce 13 7/0@0 x1`, `EndTxn 5 7/0 commit`. */
  readonly told: string[] = [];
  /** Values of the records of transactions that were committed, in order. */
  readonly committed: string[] = [];
  /** Values of the open transaction by epoch and sequence number, under which none comes twice. */
  readonly #written = new Map<string, { readonly sequence: number; readonly values: readonly string[] }>();
  readonly #answers = new Map<number, Answer[]>();
  #epoch = -1;
  #offset = 100;

  /** @param transactionVersion the finalized level of `transaction.version`. */
  constructor(broker: ScriptedBroker, transactionVersion: 1 | 2) {
    this.broker = broker;
    broker.finalizedFeatures.set('transaction.version', transactionVersion);
    this.#find();
    this.#init();
    this.#add();
    this.#write();
    this.#end();
  }

  /** Answers the next requests of an API with these codes; `cut` drops the connection after the request is done. */
  fails({ key }: NamedApi, ...answers: readonly Answer[]): void {
    this.#answers.set(key, [...(this.#answers.get(key) ?? []), ...answers]);
  }

  /** Aborts what a fenced producer has left open. */
  discard(): void {
    this.#written.clear();
  }

  #next({ key }: NamedApi): Answer {
    const answers = this.#answers.get(key);
    return answers === undefined || answers.length === 0 ? ErrorCode.NONE : answers.shift();
  }

  #find(): void {
    this.broker.on(findCoordinator, ({ keyType, coordinatorKeys: [key = ''] }) => {
      const errorCode = this.#next(findCoordinator);
      this.told.push(`FindCoordinator ${keyType === 1 ? 'transaction' : 'group'} ${key}`);
      if (typeof errorCode !== 'number') return errorCode;
      const node = { nodeId: 0, host: '127.0.0.1', port: this.broker.port };
      return { coordinators: [{ key, ...node, errorCode, errorMessage: null }] };
    });
  }

  #init(): void {
    this.broker.on(initProducerId, ({ producerId, producerEpoch }) => {
      const errorCode = this.#next(initProducerId);
      this.told.push(`InitProducerId ${producerId}/${producerEpoch}`);
      if (typeof errorCode !== 'number') return errorCode;
      if (errorCode !== ErrorCode.NONE) return { errorCode, producerId: -1, producerEpoch: -1 };
      this.#epoch++;
      return { errorCode, producerId: 7, producerEpoch: this.#epoch };
    });
  }

  #add(): void {
    this.broker.on(addPartitionsToTxn, (request, version) => {
      const partitionErrorCode = this.#next(addPartitionsToTxn);
      const topics = request.v3AndBelowTopics;
      const names = topics.flatMap(({ name, partitions }) => partitions.map((each) => `${name}-${each}`));
      this.told.push(`AddPartitionsToTxn ${version} ${names.join(' ')}`);
      if (typeof partitionErrorCode !== 'number') return partitionErrorCode;
      return {
        resultsByTopicV3AndBelow: topics.map(({ name, partitions }) => ({
          name,
          resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode })),
        })),
      };
    });
    this.broker.on(addOffsetsToTxn, ({ groupId }, version) => {
      const errorCode = this.#next(addOffsetsToTxn);
      this.told.push(`AddOffsetsToTxn ${version} ${groupId}`);
      return typeof errorCode === 'number' ? { errorCode } : errorCode;
    });
    this.broker.on(txnOffsetCommit, ({ groupId, generationIdOrMemberEpoch, memberId, topics }, version) => {
      const errorCode = this.#next(txnOffsetCommit);
      const offsets = topics.flatMap(({ name, partitions }) =>
        partitions.map(
          ({ partitionIndex, committedOffset }) => `${name}-${partitionIndex}@${committedOffset}`,
        ),
      );
      const member = `${groupId}/${generationIdOrMemberEpoch}/${memberId}`;
      this.told.push(`TxnOffsetCommit ${version} ${member} ${offsets.join(' ')}`);
      if (typeof errorCode !== 'number') return errorCode;
      return {
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
        })),
      };
    });
  }

  #write(): void {
    this.broker.on(produce, (request, version) => {
      const errorCode = this.#next(produce);
      const batch = new BatchView(request.topicData[0]?.partitionData[0]?.records ?? Buffer.alloc(0));
      const { producerId, producerEpoch, baseSequence, recordsCount, isTransactional } = batch;
      const kind = isTransactional && request.transactionalId !== null ? '' : 'plain ';
      this.told.push(
        `Produce ${version} ${kind}${producerId}/${producerEpoch}@${baseSequence} x${recordsCount}`,
      );
      // An answer that is lost has been preceded by the deed.
      if (errorCode === ErrorCode.NONE || errorCode === 'cut') {
        const values = decodeBatch(batch).map(({ value }) => String(value));
        this.#written.set(`${producerEpoch}@${baseSequence}`, { sequence: baseSequence, values });
      }
      if (typeof errorCode !== 'number') return errorCode;
      const baseOffset = errorCode === ErrorCode.NONE ? this.#offset : -1;
      if (errorCode === ErrorCode.NONE) this.#offset += recordsCount;
      return {
        responses: [
          { name: 't', topicId: TOPIC_ID, partitionResponses: [{ index: 0, errorCode, baseOffset }] },
        ],
      };
    });
  }

  #end(): void {
    this.broker.on(endTxn, ({ producerId, producerEpoch, committed }, version) => {
      const errorCode = this.#next(endTxn);
      this.told.push(`EndTxn ${version} ${producerId}/${producerEpoch} ${committed ? 'commit' : 'abort'}`);
      if (typeof errorCode === 'number' && errorCode !== ErrorCode.NONE) {
        return { errorCode, producerId: -1, producerEpoch: -1 };
      }
      if (errorCode !== undefined) {
        // It does not check the order of what comes, as a leader does.
        const written = [...this.#written.values()].toSorted((a, b) => a.sequence - b.sequence);
        if (committed) this.committed.push(...written.flatMap(({ values }) => values));
        this.#written.clear();
      }
      if (version >= 5) this.#epoch = producerEpoch + 1;
      if (typeof errorCode !== 'number') return errorCode;
      return version >= 5 ? { errorCode, producerId, producerEpoch: this.#epoch } : { errorCode };
    });
  }
}
