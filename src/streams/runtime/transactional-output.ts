import type {
  ConsumerGroupMetadata,
  DeliveryCallback,
  KafkaProducer,
  OffsetAndMetadata,
  ProducerRecord,
  TransactionalKafkaProducer,
} from '../../client/types.ts';
import { OperationalError } from '../../base/errors.ts';
import { closed } from '../../client/kafka-error.ts';
import { isFencedProducer, TransactionFailure, transactionFailure } from './transaction-failure.ts';

/** What a processing loop needs of a producer. */
export type OutputTarget = Pick<KafkaProducer, 'send' | 'ready' | 'flush' | 'partitionsFor' | 'close'>;

/** How long a producer that cannot go on may take to end. Its transaction ends when the next one begins. */
const CLOSE_MS_MAX = 1_000;

/**
 * The producer of a processing loop under exactly-once: what is sent is in a transaction, which begins with the first record after
 * the last one, and ends with a commit. A producer that cannot go on is replaced by another one of the same transactional id, which
 * ends what the first has left (KIP-360).
 */
export class TransactionalOutput implements OutputTarget {
  readonly #create: () => TransactionalKafkaProducer;
  readonly #onFenced: () => void;
  #made: TransactionalKafkaProducer | undefined;
  #isInitialized = false;
  #isOpen = false;
  #isClosed = false;

  /**
   * @param create makes a producer with the transactional id, which is known once the local state is open.
   * @param onFenced somebody else goes on under that id: the next producer is to have another one, or each would fence the other.
   */
  constructor(create: () => TransactionalKafkaProducer, onFenced: () => void = () => undefined) {
    this.#create = create;
    this.#onFenced = onFenced;
  }

  /** Whether something is in a transaction that is not committed. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Ends the transaction that a process of before has left: to be called before the committed offsets are asked for. */
  async initialize(): Promise<void> {
    if (this.#isInitialized) return;
    await this.#producer.initTransactions();
    this.#isInitialized = true;
  }

  /** Sends a record in the transaction. That this cannot be done is told as a record that failed is. */
  send(record: ProducerRecord, onDelivery?: DeliveryCallback): void {
    try {
      if (!this.#isOpen) this.#begin();
      this.#producer.send(record, onDelivery);
    } catch (error) {
      if (onDelivery === undefined || transactionFailure(error) === undefined) throw error;
      onDelivery(error instanceof Error ? error : new Error(String(error)), -1, -1, -1, undefined);
    }
  }

  ready(): Promise<void> | undefined {
    return this.#producer.ready();
  }

  flush(): Promise<void> {
    return this.#producer.flush();
  }

  partitionsFor(topic: string): Promise<number> {
    return this.#producer.partitionsFor(topic);
  }

  /**
   * Adds offsets to the transaction, which begins with them where nothing was sent.
   * @param group as the consumer knows it: the coordinator would take them from a member that names no generation.
   * @throws {TransactionFailure} among others.
   */
  async addOffsets(offsets: readonly OffsetAndMetadata[], group: ConsumerGroupMetadata): Promise<void> {
    if (group.generationId < 0) throw new TransactionFailure('rejoin', notInGroup(group));
    try {
      if (!this.#isOpen) this.#begin();
      await this.#producer.sendOffsetsToTransaction(offsets, group);
    } catch (error) {
      const failure = transactionFailure(error);
      if (failure === undefined || failure.needsProducer) throw failure ?? error;
      throw new TransactionFailure(failure.recovery, error, group);
    }
  }

  /** @throws {TransactionFailure} among others: it may be committed then, or not. */
  async commit(): Promise<void> {
    try {
      await this.#producer.commitTransaction();
    } catch (error) {
      throw transactionFailure(error) ?? error;
    }
    this.#isOpen = false;
  }

  /**
   * Ends the transaction without its records, whatever state the producer is in: after it a new one can begin. May be called
   * again where it fails.
   * @param failure what it is aborted for.
   */
  async abort(failure: TransactionFailure): Promise<void> {
    const why = this.#isInitialized && !failure.needsProducer ? await this.#abort() : failure;
    if (why === undefined) return;
    if (isFencedProducer(failure) || isFencedProducer(why)) this.#onFenced();
    await this.#producer.close({ timeoutMs: CLOSE_MS_MAX }).catch(() => undefined);
    this.#made = undefined;
    this.#isInitialized = this.#isOpen = false;
    await this.initialize();
  }

  /** Aborts what is open. */
  async close(options?: { readonly timeoutMs?: number }): Promise<void> {
    this.#isClosed = true;
    await this.#made?.close(options);
  }

  /** @throws {OperationalError} `CLOSED`: a loop that was given up has no other one. */
  get #producer(): TransactionalKafkaProducer {
    if (this.#isClosed) throw closed('producer');
    return (this.#made ??= this.#create());
  }

  #begin(): void {
    this.#producer.beginTransaction();
    this.#isOpen = true;
  }

  /** Answers why the producer cannot go on; undefined where it can. */
  async #abort(): Promise<Error | undefined> {
    if (!this.#isOpen) return undefined;
    try {
      await this.#producer.abortTransaction();
    } catch (error) {
      // A new one is always allowed to end what the first has left.
      if (!(error instanceof OperationalError)) throw error;
      return error;
    }
    this.#isOpen = false;
    return undefined;
  }
}

function notInGroup({ groupId }: ConsumerGroupMetadata): OperationalError {
  return new OperationalError('COMMIT_FAILED', `this member is not in the group ${groupId} (any more)`, {
    retriable: false,
  });
}
