import type { Timer, Timers } from '../../../src/base/environment.ts';
import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { FewEntries } from '../../../src/base/few-entries.ts';
import type { RepeatedWarnings } from '../../../src/base/repeated-warnings.ts';
import { ErrorCode, errorOf } from '../../../src/protocol/error-codes.ts';
import { writeTxnMarkers } from '../../../src/protocol/messages/27-write-txn-markers.ts';
import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { BrokerRequests } from '../../server/broker-requests.ts';
import { type AddressedMarkers, markerErrors, markerRequest } from './marker-requests.ts';
import type { UnmarkedTransaction } from './unmarked-transaction.ts';

const WRITE_TXN_MARKERS_VERSION = 2;
const RETRY_BACKOFF_MS = 50;
/** Transactions in one request; what is beyond goes out beside it. */
const TRANSACTIONS_MAX = 500;

interface MarkerSenderOptions {
  readonly timers: Pick<Timers, 'after' | 'defer'>;
  readonly requests: BrokerRequests;
  /** Who leads a partition: a node id, -1 for nobody, undefined where there is no such partition. */
  readonly leaderOf: (topic: string, partition: number) => number | undefined;
  readonly warnings: RepeatedWarnings;
  /** Called with errors that are bugs. */
  readonly onError: (error: unknown) => void;
}

/**
 * Sends the markers of transactions to the leaders of their partitions until all of them have theirs: markers of one turn of
 * the event loop to one broker go together. What fails is sent again, to whoever leads the partition then; a leader that has
 * had a marker already appends it a second time, which nobody notices.
 */
export class MarkerSender {
  readonly #options: MarkerSenderOptions;
  /** What goes out at the end of this turn, by node. */
  readonly #queues = new FewEntries<number, AddressedMarkers>();
  #isFlushDue = false;
  /** What is to be tried again. */
  #failed: AddressedMarkers = new Map();
  #retry: Timer | undefined;

  constructor(options: MarkerSenderOptions) {
    this.#options = options;
  }

  /** The transaction is told when all partitions have their markers, at once where there are none. */
  send(transaction: UnmarkedTransaction): void {
    for (const partition of transaction.partitions()) this.#address(transaction, partition);
    transaction.settle();
  }

  close(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#failed.clear();
    this.#queues.clear();
  }

  #address(transaction: UnmarkedTransaction, place: TopicPartition): void {
    const leader = this.#options.leaderOf(place.topic, place.partition);
    // What was deleted has nobody who waits for it. A coordinator that takes over has at least the metadata by which the
    // partition was added: its leadership came later.
    if (leader === undefined) transaction.remove(place);
    else if (leader < 0) this.#tryAgain(transaction, place);
    else this.#enqueue(leader, transaction, place);
  }

  #enqueue(nodeId: number, transaction: UnmarkedTransaction, place: TopicPartition): void {
    let queue = this.#queues.get(nodeId);
    if (queue === undefined) this.#queues.set(nodeId, (queue = new Map()));
    add(queue, transaction, place);
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#options.timers.defer(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushDue = false;
    const queues = this.#queues.entries();
    this.#queues.clear();
    for (const [nodeId, queue] of queues) {
      const wanted = [...queue].filter(([transaction]) => !transaction.isAbandoned);
      for (let i = 0; i < wanted.length; i += TRANSACTIONS_MAX) {
        void this.#request(nodeId, new Map(wanted.slice(i, i + TRANSACTIONS_MAX)));
      }
    }
  }

  /** Never rejects. */
  async #request(nodeId: number, markers: AddressedMarkers): Promise<void> {
    const { requests, warnings, onError } = this.#options;
    let errorFor = (_transaction: UnmarkedTransaction, _place: TopicPartition): number | undefined =>
      undefined;
    try {
      const response = await requests.send(
        nodeId,
        writeTxnMarkers,
        WRITE_TXN_MARKERS_VERSION,
        markerRequest(markers),
      );
      errorFor = markerErrors(response);
    } catch (error) {
      if (error instanceof OperationalError) {
        warnings.warn(
          error.code,
          'the markers of transactions could not be sent, and are sent again',
          () => ({
            broker: nodeId,
            reason: messageOf(error),
          }),
        );
      } else onError(error);
    }
    for (const [transaction, places] of markers) {
      if (transaction.isAbandoned) continue;
      for (const place of places) this.#onAnswer(transaction, place, errorFor(transaction, place));
      transaction.settle();
    }
  }

  /** @param errorCode undefined where there was no answer. */
  #onAnswer(transaction: UnmarkedTransaction, place: TopicPartition, errorCode: number | undefined): void {
    switch (errorCode) {
      case ErrorCode.NONE:
        transaction.remove(place);
        return;
      case ErrorCode.INVALID_PRODUCER_EPOCH:
        // The partition has seen a later epoch: this transaction has ended there, by this marker when it was sent before, or by
        // hand. Sent again for ever it would keep its transactional id from everything.
        this.#warn(transaction, place, errorCode);
        transaction.remove(place);
        return;
      case undefined:
        break;
      default:
        this.#warn(transaction, place, errorCode);
    }
    this.#tryAgain(transaction, place);
  }

  #warn({ metadata }: UnmarkedTransaction, { topic, partition }: TopicPartition, errorCode: number): void {
    const { name } = errorOf(errorCode);
    this.#options.warnings.warn(name, 'a leader has refused the marker of a transaction', () => ({
      topic,
      partition,
      transactionalId: metadata.transactionalId,
      producerId: metadata.producerId,
      producerEpoch: metadata.producerEpoch,
    }));
  }

  #tryAgain(transaction: UnmarkedTransaction, place: TopicPartition): void {
    add(this.#failed, transaction, place);
    this.#retry ??= this.#options.timers.after(RETRY_BACKOFF_MS, () => {
      this.#retry = undefined;
      const failed = this.#failed;
      this.#failed = new Map();
      for (const [again, places] of failed) {
        if (again.isAbandoned) continue;
        for (const each of places) this.#address(again, each);
        again.settle();
      }
    });
  }
}

function add(markers: AddressedMarkers, transaction: UnmarkedTransaction, place: TopicPartition): void {
  const places = markers.get(transaction);
  if (places === undefined) markers.set(transaction, [place]);
  else places.push(place);
}
