import { DiagnosticError, messageOf } from '../../base/errors.ts';
import { isRefusedRecord } from '../../client/producer/refusals.ts';
import type { DeliveryCallback, UndeliveredRecord } from '../../client/types.ts';
import type { ChangelogRecord } from '../state/managed-store.ts';
import { type FailureContext, type FailureHandlers, StreamsFailure } from './failures.ts';
import type { CollectedRecord, RecordCollector } from './record-collector.ts';
import { ResultInFlight, type ResultSource } from './result-origin.ts';
import { transactionFailure } from './transaction-failure.ts';
import { type OutputTarget, TransactionalOutput } from './transactional-output.ts';

/**
 * What the tasks of a thread write: results by {@link RecordCollector}, and changelogs, whose offsets are noted. One
 * producer serves all. Failures of results go to the production handler; failures of changelogs are never forgiven.
 */
export class OutputProducer implements RecordCollector {
  readonly #producer: OutputTarget;
  readonly #isTransactional: boolean;
  readonly #handlers: FailureHandlers;
  readonly #keepsInputs: boolean;
  readonly #partitionCounts = new Map<string, number>();
  readonly #onDropped: () => void;
  readonly #onFailed: () => void;
  /** Those that stand for no result now. */
  readonly #idleResults: ResultInFlight[] = [];
  #failure: Error | undefined;
  #pending = 0;
  #isDiscarding = false;
  #whenIdle: (() => void) | undefined;

  constructor(parts: {
    readonly producer: OutputTarget;
    readonly handlers: FailureHandlers;
    /** The production handler is told the input of what failed, which is kept until then. */
    readonly keepsInputs: boolean;
    readonly onDropped: () => void;
    /** There is something to throw: see {@link OutputProducer.throwFailure}. */
    readonly onFailed: () => void;
  }) {
    this.#producer = parts.producer;
    this.#isTransactional = parts.producer instanceof TransactionalOutput;
    this.#handlers = parts.handlers;
    this.#keepsInputs = parts.keepsInputs;
    this.#onDropped = parts.onDropped;
    this.#onFailed = parts.onFailed;
  }

  /** Looks up, ahead of the first record, partition counts that partitioners will be told. */
  async learnPartitions(topics: Iterable<string>): Promise<void> {
    for (const topic of topics) this.#partitionCounts.set(topic, await this.#producer.partitionsFor(topic));
  }

  /**
   * Asks for the metadata of these topics ahead of their first records, which would otherwise pile up until it is there.
   * A topic that is missing is found out about when something is written to it.
   */
  prepareFor(topics: Iterable<string>): void {
    for (const topic of topics) this.#producer.partitionsFor(topic).catch(() => undefined);
  }

  partitionCount(topic: string): number | Promise<number> {
    return (
      this.#partitionCounts.get(topic) ??
      this.#producer.partitionsFor(topic).then((count) => {
        this.#partitionCounts.set(topic, count);
        return count;
      })
    );
  }

  send(record: CollectedRecord, source: ResultSource): void {
    this.#pending++;
    if (!this.#keepsInputs) {
      this.#producer.send(record, source.onDelivery(record.topic, this.#deliveryTo));
      return;
    }
    const result = this.#idleResults.pop() ?? new ResultInFlight(this.#onResult);
    result.begin(record.topic, source);
    this.#producer.send(record, result.onDelivery);
  }

  /** Sends a changelog record; `onDelivery` comes from {@link OutputProducer.logging}. */
  log(
    target: { readonly topic: string; readonly partition: number },
    record: ChangelogRecord,
    onDelivery: DeliveryCallback,
  ): void {
    const { topic, partition } = target;
    const { key, value, timestamp, headers } = record;
    this.#pending++;
    this.#producer.send({ topic, partition, key, value, timestamp, headers }, onDelivery);
  }

  /** The callback for all records of a changelog; `onOffset` is told where each landed. */
  logging(onOffset: (offset: number) => void): DeliveryCallback {
    return (error, offset) => {
      if (error) this.#fail(error);
      else onOffset(offset);
      this.#settle();
    };
  }

  ready(): Promise<void> | undefined {
    return this.#producer.ready();
  }

  /** Waits until all that was sent is acknowledged. @throws the first failure that was not forgiven. */
  async flush(): Promise<void> {
    // Which failures count is decided in the callbacks, all of which are waited for.
    if (this.#pending > 0) await this.#producer.flush().catch(() => undefined);
    // What else is in a transaction that has failed is the matter of whoever aborts it.
    if (this.#pending > 0 && !(this.#isTransactional && this.#failure)) await this.#idle();
    this.throwFailure();
  }

  /** Aborts the transaction, and waits until all that was sent in it has been told as failed, which nobody is asked about. */
  async discard(abort: () => Promise<void>): Promise<void> {
    this.#isDiscarding = true;
    try {
      await abort();
      if (this.#pending > 0) await this.#idle();
    } finally {
      this.#isDiscarding = false;
      this.#failure = undefined;
    }
  }

  /** @throws a failure that has come since, so that it is not only found at the next commit. */
  throwFailure(): void {
    const failure = this.#failure;
    // A transaction may know nothing of it, and is not to be committed whatever comes.
    if (!this.#isTransactional) this.#failure = undefined;
    if (failure) throw failure;
  }

  /** Nothing of each result is kept until it is delivered: there may be hundreds of thousands. */
  readonly #deliveryTo = (sinkTopic: string, { taskId, nodeName }: ResultSource): DeliveryCallback => {
    const origin = { topic: '', partition: -1, offset: -1, taskId, nodeName };
    return (error, _offset, partition, _timestamp, record) => {
      if (error) this.#onSendFailure(error, { ...origin, sink: { topic: sinkTopic, partition }, record });
      this.#settle();
    };
  };

  readonly #onResult = (
    result: ResultInFlight,
    error: Error | null,
    _offset: number,
    partition: number,
    _timestamp: number,
    record: UndeliveredRecord | undefined,
  ): void => {
    if (error) this.#onSendFailure(error, contextOf(result, partition, record));
    result.input = undefined;
    this.#idleResults.push(result);
    this.#settle();
  };

  #onSendFailure(error: Error, context: FailureContext): void {
    // Not the record is at fault, but its transaction: it is processed again.
    if (this.#isDiscarding || (this.#isTransactional && transactionFailure(error))) return this.#fail(error);
    try {
      if (this.#handlers.production(error, context) !== 'continue')
        this.#fail(new StreamsFailure('production', context, error));
      else if (this.#isTransactional && !isRefusedRecord(error))
        this.#fail(new StreamsFailure('production', context, notLeftOut(error)));
      else this.#onDropped();
    } catch (thrown) {
      this.#fail(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
    }
  }

  #fail(error: Error): void {
    if (this.#isDiscarding) return;
    this.#failure ??= (this.#isTransactional ? transactionFailure(error) : undefined) ?? error;
    if (this.#isTransactional) this.#whenIdle?.();
    this.#onFailed();
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  #settle(): void {
    this.#pending--;
    if (this.#pending > 0) return;
    this.#whenIdle?.();
    this.#whenIdle = undefined;
  }
}

function contextOf(
  { topic, partition, offset, input, taskId, nodeName, sinkTopic }: ResultInFlight,
  sinkPartition: number,
  record: UndeliveredRecord | undefined,
): FailureContext {
  const sink = { topic: sinkTopic, partition: sinkPartition };
  return { topic, partition, offset, input, taskId, nodeName, sink, record };
}

/** Other than a record that was refused for what is in it, its transaction has lost it with its batch, and cannot be committed. */
function notLeftOut(cause: Error): DiagnosticError {
  return new DiagnosticError(
    {
      message: `${messageOf(cause)}; it cannot be left out of its transaction`,
      hint: 'the production handler may leave out what is refused for itself (its size, its time, its key), or anything at least once',
    },
    { cause },
  );
}
