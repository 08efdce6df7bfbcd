import type { RequestInput } from '../../../src/protocol/message.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxn } from '../../../src/protocol/messages/25-add-offsets-to-txn.ts';
import { endTxn } from '../../../src/protocol/messages/26-end-txn.ts';
import { writeTxnMarkers } from '../../../src/protocol/messages/27-write-txn-markers.ts';
import { txnOffsetCommit } from '../../../src/protocol/messages/28-txn-offset-commit.ts';
import { describeTransactions } from '../../../src/protocol/messages/65-describe-transactions.ts';
import type { BatchHeader } from '../../../src/protocol/records/batch-builder.ts';
import type { Peer } from './peer.ts';
import { batch } from './world.ts';

const CONCURRENT_TRANSACTIONS = 51;
const RETRIES_MAX = 3_000;
const RETRY_BACKOFF_MS = 10;
/** States in which nobody works on a transaction. */
const AT_REST = new Set(['Empty', 'Ongoing', 'CompleteCommit', 'CompleteAbort', '']);

/** One producer with a transactional id at one broker, and how it is asked, request by request. */
export class TransactionalProducer {
  readonly peer: Peer;
  readonly topic: string;
  readonly transactionalId: string;
  producerId = -1;
  producerEpoch = -1;
  /** Of the next batch, by partition. */
  readonly sequences = new Map<number, number>();

  constructor(peer: Peer, topic: string, transactionalId: string) {
    this.peer = peer;
    this.topic = topic;
    this.transactionalId = transactionalId;
  }

  /**
   * InitProducerId, until nothing is in its way.
   * @param expected who the producer has been so far (KIP-360).
   */
  async init(version = 4, expected: Partial<RequestInput<typeof initProducerId>> = {}): Promise<void> {
    const { transactionalId } = this;
    for (let attempt = 0; attempt < RETRIES_MAX; attempt++) {
      const answer = await this.peer.send(initProducerId, version, {
        transactionalId,
        transactionTimeoutMs: 60_000,
        ...expected,
      });
      if (answer.errorCode === CONCURRENT_TRANSACTIONS) {
        await new Promise((resolve) => setTimeout(resolve, RETRY_BACKOFF_MS));
        continue;
      }
      this.peer.note('InitProducerId', { errorCode: answer.errorCode, producerEpoch: answer.producerEpoch });
      if (answer.errorCode === 0) this.#setEpoch(answer.producerId, answer.producerEpoch);
      return this.rest();
    }
    throw new Error(`${transactionalId} does not come to rest`);
  }

  #setEpoch(producerId: number, producerEpoch: number): void {
    if (producerId !== this.producerId || producerEpoch !== this.producerEpoch) this.sequences.clear();
    this.producerId = producerId;
    this.producerEpoch = producerEpoch;
  }

  /** Waits until the transaction is open or ended: markers are written after the answer. */
  rest(): Promise<void> {
    return this.#untilIn(AT_REST);
  }

  /** Waits until the time of the transaction is up. */
  untilAborted(): Promise<void> {
    return this.#untilIn(new Set(['CompleteAbort']));
  }

  async #untilIn(states: ReadonlySet<string>): Promise<void> {
    const { transactionalId } = this;
    for (let attempt = 0; attempt < RETRIES_MAX; attempt++) {
      const answer = await this.peer.send(describeTransactions, 0, { transactionalIds: [transactionalId] });
      if (states.has(answer.transactionStates[0]?.transactionState ?? '')) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_BACKOFF_MS));
    }
    throw new Error(`${transactionalId} is never in one of ${[...states].join()}`);
  }

  async addPartition(index: number): Promise<void> {
    await this.peer.ask(addPartitionsToTxn, 3, {
      v3AndBelowTransactionalId: this.transactionalId,
      v3AndBelowProducerId: this.producerId,
      v3AndBelowProducerEpoch: this.producerEpoch,
      v3AndBelowTopics: [{ name: this.topic, partitions: [index] }],
    });
  }

  async addOffsets(groupId: string): Promise<void> {
    const { transactionalId, producerId, producerEpoch } = this;
    await this.peer.ask(addOffsetsToTxn, 3, { transactionalId, producerId, producerEpoch, groupId });
  }

  /** Sends a batch; a sequence that is not said is the next one, and counts if it was taken. */
  async send(
    version: number,
    index: number,
    values: readonly string[],
    header: BatchHeader & { readonly transactionalId?: string | null; readonly key?: string } = {},
  ): Promise<void> {
    const { transactionalId = this.transactionalId, key = null, ...rest } = header;
    const baseSequence = this.sequences.get(index) ?? 0;
    const { producerId, producerEpoch } = this;
    const own = { producerId, producerEpoch, baseSequence, isTransactional: true };
    const records = batch(values, { ...own, ...rest }, key);
    const named = version >= 13 ? { topicId: this.peer.topicId(this.topic) } : { name: this.topic };
    const answer = await this.peer.ask(produce, version, {
      transactionalId,
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ ...named, partitionData: [{ index, records }] }],
    });
    const errorCode = answer?.responses[0]?.partitionResponses[0]?.errorCode;
    const isNext = rest.baseSequence === undefined || rest.baseSequence === baseSequence;
    const isOwn = rest.producerEpoch === undefined || rest.producerEpoch === this.producerEpoch;
    if (errorCode === 0 && isNext && isOwn) this.sequences.set(index, baseSequence + values.length);
  }

  /** EndTxn; from v5 on the producer goes on with the epoch that it is told. */
  async end(committed: boolean, version = 3): Promise<void> {
    const { transactionalId, producerId, producerEpoch } = this;
    const answer = await this.peer.ask(endTxn, version, {
      transactionalId,
      producerId,
      producerEpoch,
      committed,
    });
    if (answer?.errorCode === 0 && version >= 5) this.#setEpoch(answer.producerId, answer.producerEpoch);
    await this.rest();
  }

  async commitOffset(
    version: number,
    groupId: string,
    committedOffset: number,
    rest: Partial<RequestInput<typeof txnOffsetCommit>> = {},
  ): Promise<void> {
    const { transactionalId, producerId, producerEpoch } = this;
    await this.peer.ask(txnOffsetCommit, version, {
      transactionalId,
      groupId,
      producerId,
      producerEpoch,
      topics: [{ name: 'one', partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: 'm' }] }],
      ...rest,
    });
  }

  /** Sends a marker as a coordinator does. */
  async mark(
    version: number,
    index: number,
    rest: Partial<NonNullable<RequestInput<typeof writeTxnMarkers>['markers']>[number]> = {},
  ): Promise<void> {
    const { producerId, producerEpoch, topic } = this;
    const topics = [{ name: topic, partitionIndexes: [index] }];
    await this.peer.ask(writeTxnMarkers, version, {
      markers: [
        { producerId, producerEpoch, transactionResult: false, coordinatorEpoch: 0, topics, ...rest },
      ],
    });
  }
}
