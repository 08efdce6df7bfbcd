import { coordinatorPartition } from '../../../src/base/java-hash.ts';
import { mustStop } from '../../../src/base/assert.ts';
import { messageOf } from '../../../src/base/errors.ts';
import { RepeatedWarnings } from '../../../src/base/repeated-warnings.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { type AddPartitionsRequest, decideAddPartitions, verificationError } from './add-partitions.ts';
import type { Decision, RuleContext, TransactionSituation } from './decision.ts';
import { completed, decideEndTransaction, type EndTransactionRequest } from './end-transaction.ts';
import {
  decideInitProducerId,
  type InitProducerIdRequest,
  newTransaction,
  type ProducerIdentity,
} from './init-producer-id.ts';
import { MarkerSender } from './marker-sender.ts';
import { NO_TOPICS } from './topics.ts';
import { TRANSACTION_CONFIG_DEFAULTS, type TransactionConfig } from './transaction-config.ts';
import { TransactionCleanup } from './transaction-cleanup.ts';
import { TransactionEntry } from './transaction-entry.ts';
import { TransactionJournal } from './transaction-journal.ts';
import {
  described,
  type ListedTransaction,
  listTransactions,
  type TransactionFilter,
} from './transaction-listing.ts';
import { isPrepared, nextIdentity, NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from './transaction-metadata.ts';
import type {
  ProducerResult,
  TransactionCoordinatorOptions,
  TransactionCoordinatorPartitions,
  TransactionRequests,
} from './transaction-requests.ts';
import { TransactionShard } from './transaction-shard.ts';
import { UnmarkedTransaction } from './unmarked-transaction.ts';

/** How long to wait before it is noted again that a transaction is complete, where the log could not be written. */
const COMPLETION_BACKOFF_MS = 50;

/** A transactional id's shard, or why there is none to work on. */
type Located =
  | { readonly errorCode: typeof ErrorCode.NONE; readonly shard: TransactionShard }
  | { readonly errorCode: ErrorCode; readonly shard: undefined };

/** An id that is known, or why there is none. */
type Found =
  | { readonly shard: TransactionShard; readonly entry: TransactionEntry }
  | { readonly errorCode: ErrorCode; readonly entry: undefined };

/**
 * The coordinator of transactions (KIP-98, KIP-360, KIP-890).
 *
 * Each partition of `__transaction_state` that the broker leads is a {@link TransactionShard}. What a request does is decided
 * by pure rules (`init-producer-id.ts`, `add-partitions.ts`, `end-transaction.ts`); this class finds the transactional id,
 * writes what they decide, and sees to the second phase: markers to all partitions, then the note that it is complete.
 */
export class TransactionCoordinator implements TransactionRequests, TransactionCoordinatorPartitions {
  readonly #options: TransactionCoordinatorOptions;
  readonly #config: TransactionConfig;
  readonly #journal: TransactionJournal;
  readonly #markers: MarkerSender;
  readonly #cleanup: TransactionCleanup;
  readonly #shards = new Map<number, TransactionShard>();

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options;
    const { environment, log, requests, topics, logger, onError } = options;
    this.#config = { ...TRANSACTION_CONFIG_DEFAULTS, ...options.config };
    this.#journal = new TransactionJournal(log, () => topics.transactionVersion());
    this.#markers = new MarkerSender({
      timers: environment.timers,
      requests,
      leaderOf: (topic, partition) => topics.leaderOf(topic, partition),
      warnings: new RepeatedWarnings(logger, environment),
      onError,
    });
    this.#cleanup = new TransactionCleanup({
      environment,
      config: this.#config,
      journal: this.#journal,
      shards: () => this.#shards.values(),
      context: () => this.#context(),
      carryOut: (shard, entry, decision) => this.#carryOut(shard, entry, decision),
      onError,
    });
  }

  partitionFor(transactionalId: string): number {
    const count = this.#options.topics.partitionCount() ?? this.#config.topicPartitions;
    return coordinatorPartition(transactionalId, count);
  }

  async load(
    partition: number,
    coordinatorEpoch: number,
    batches: Iterable<Buffer> | AsyncIterable<Buffer>,
  ): Promise<void> {
    this.unload(partition);
    const shard = new TransactionShard(partition, coordinatorEpoch);
    this.#shards.set(partition, shard);
    try {
      for await (const bytes of batches) {
        // The broker may have resigned, or been elected again, while the log was read.
        if (!shard.isCurrent) return;
        shard.replay(bytes);
      }
    } catch (error) {
      shard.hasFailed = true;
      throw error;
    }
    if (!shard.isCurrent) return;
    shard.isLoading = false;
    for (const entry of shard.entries.values()) if (isPrepared(entry.metadata)) this.#mark(shard, entry);
  }

  unload(partition: number): void {
    const shard = this.#shards.get(partition);
    if (shard === undefined) return;
    this.#shards.delete(partition);
    shard.isCurrent = false;
    for (const { unmarked } of shard.entries.values()) unmarked?.abandon();
  }

  close(): void {
    this.#cleanup.close();
    for (const partition of [...this.#shards.keys()]) this.unload(partition);
    this.#markers.close();
  }

  async initProducerId(transactionalId: string, request: InitProducerIdRequest): Promise<ProducerResult> {
    if (transactionalId === '') return refused(ErrorCode.INVALID_REQUEST);
    const { timeoutMs } = request;
    if (timeoutMs <= 0 || timeoutMs > this.#config.timeoutMsMax) {
      return refused(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
    }
    const found = await this.#findOrCreate(transactionalId, timeoutMs);
    if (found.entry === undefined) return refused(found.errorCode);
    return this.#answerProducer(found.shard, found.entry, (situation, context) =>
      decideInitProducerId(situation, request, context),
    );
  }

  async addPartitions(
    transactionalId: string,
    request: AddPartitionsRequest,
    { patienceMs }: { readonly patienceMs: number },
  ): Promise<number> {
    const { clock, timers } = this.#options.environment;
    const untilMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      const found = this.#find(transactionalId);
      if (found.entry === undefined) return found.errorCode;
      const { shard, entry } = found;
      const leftMs = untilMs - clock.monotonicMs();
      if (!entry.isBusy || leftMs <= 0) {
        return this.#carryOut(shard, entry, decideAddPartitions(entry, request, this.#context()));
      }
      await entry.whenIdle(timers, leftMs);
    }
  }

  verify(transactionalId: string, producer: ProducerIdentity): ReturnType<TransactionRequests['verify']> {
    const found = this.#find(transactionalId);
    if (found.entry === undefined) return { errorCode: found.errorCode, topics: NO_TOPICS };
    const { metadata } = found.entry;
    return { errorCode: verificationError(metadata, producer), topics: metadata.topics };
  }

  async endTransaction(transactionalId: string, request: EndTransactionRequest): Promise<ProducerResult> {
    const found = this.#find(transactionalId);
    if (found.entry === undefined) return refused(found.errorCode);
    return this.#answerProducer(found.shard, found.entry, (situation, context) =>
      decideEndTransaction(situation, request, context),
    );
  }

  describe(transactionalId: string): ReturnType<TransactionRequests['describe']> {
    const found = this.#find(transactionalId);
    if (found.entry !== undefined) return { errorCode: ErrorCode.NONE, metadata: described(found.entry) };
    const isUnknown = found.errorCode === ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    return {
      errorCode: isUnknown ? ErrorCode.TRANSACTIONAL_ID_NOT_FOUND : found.errorCode,
      metadata: undefined,
    };
  }

  list(filter: TransactionFilter): ReturnType<TransactionRequests['list']> {
    const transactions: ListedTransaction[] = [];
    const nowMs = this.#options.environment.clock.nowMs();
    for (const shard of this.#shards.values()) {
      if (shard.hasFailed) continue;
      if (shard.isLoading) return { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, transactions: [] };
      transactions.push(...listTransactions(shard.entries.values(), filter, nowMs));
    }
    return { errorCode: ErrorCode.NONE, transactions };
  }

  #context(): RuleContext {
    const { environment, topics } = this.#options;
    return { nowMs: environment.clock.nowMs(), transactionVersion: topics.transactionVersion() };
  }

  #locate(transactionalId: string): Located {
    const shard = this.#shards.get(this.partitionFor(transactionalId));
    if (shard === undefined) return { errorCode: ErrorCode.NOT_COORDINATOR, shard: undefined };
    if (shard.hasFailed) return { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, shard: undefined };
    if (shard.isLoading) return { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, shard: undefined };
    return { errorCode: ErrorCode.NONE, shard };
  }

  #find(transactionalId: string): Found {
    if (transactionalId === '') return { errorCode: ErrorCode.INVALID_REQUEST, entry: undefined };
    const { errorCode, shard } = this.#locate(transactionalId);
    if (shard === undefined) return { errorCode, entry: undefined };
    const entry = shard.entries.get(transactionalId);
    if (entry === undefined) return { errorCode: ErrorCode.INVALID_PRODUCER_ID_MAPPING, entry: undefined };
    return { shard, entry };
  }

  async #findOrCreate(transactionalId: string, timeoutMs: number): Promise<Found> {
    const found = this.#find(transactionalId);
    if (found.entry !== undefined || found.errorCode !== ErrorCode.INVALID_PRODUCER_ID_MAPPING) return found;
    const producerId = await this.#newProducerId();
    if (producerId === undefined) return { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, entry: undefined };
    // Another request may have made it meanwhile, or another broker may coordinate it by now.
    const { errorCode, shard } = this.#locate(transactionalId);
    if (shard === undefined) return { errorCode, entry: undefined };
    let entry = shard.entries.get(transactionalId);
    if (entry === undefined) {
      const { nowMs } = this.#context();
      entry = new TransactionEntry(newTransaction(transactionalId, { producerId, timeoutMs, nowMs }));
      shard.entries.set(transactionalId, entry);
    }
    return { shard, entry };
  }

  /** A producer id that nobody else has; undefined while there is none to be had. */
  async #newProducerId(): Promise<number | undefined> {
    try {
      return await this.#options.nextProducerId();
    } catch (error) {
      if (mustStop(error)) throw error;
      this.#options.logger.warn('no producer id to give out', { reason: messageOf(error) });
      return undefined;
    }
  }

  /** Carries out a decision that may need a new producer id, and answers who the producer is then. */
  async #answerProducer(
    shard: TransactionShard,
    entry: TransactionEntry,
    decide: (situation: TransactionSituation, context: RuleContext) => Decision,
  ): Promise<ProducerResult> {
    let decision = decide(entry, this.#context());
    if (decision.kind === 'ask') {
      const newProducerId = await this.#newProducerId();
      if (newProducerId === undefined) return refused(ErrorCode.COORDINATOR_NOT_AVAILABLE);
      if (!shard.isCurrent) return refused(ErrorCode.NOT_COORDINATOR);
      // It may have expired meanwhile, and is not there any more.
      if (shard.entries.get(entry.metadata.transactionalId) !== entry) {
        return refused(ErrorCode.CONCURRENT_TRANSACTIONS);
      }
      // Of what has become of the transactional id meanwhile.
      decision = decide(entry, { ...this.#context(), newProducerId });
    }
    const { metadata } = entry;
    const errorCode = await this.#carryOut(shard, entry, decision);
    if (errorCode !== ErrorCode.NONE) return refused(errorCode);
    const { producerId, producerEpoch } = nextIdentity(decision.kind === 'write' ? decision.next : metadata);
    return { errorCode, producerId, producerEpoch };
  }

  /** Does what was decided; resolves to what the request is answered. */
  async #carryOut(shard: TransactionShard, entry: TransactionEntry, decision: Decision): Promise<number> {
    switch (decision.kind) {
      case 'answer':
        return decision.errorCode;
      case 'ask':
        return ErrorCode.COORDINATOR_NOT_AVAILABLE;
      case 'write': {
        // The records of such a cluster have no place for what the next coordinator would have to know of it.
        const { clientTransactionVersion } = decision.next;
        if (clientTransactionVersion > 0 && this.#context().transactionVersion === 0) {
          return ErrorCode.UNSUPPORTED_VERSION;
        }
        const errorCode = await this.#journal.write(shard, entry, decision.next);
        if (errorCode !== ErrorCode.NONE) return errorCode;
        if (isPrepared(entry.metadata)) this.#mark(shard, entry);
        return decision.errorCode;
      }
    }
  }

  /** The second phase: all partitions are told the outcome, then it is noted that they have been. */
  #mark(shard: TransactionShard, entry: TransactionEntry): void {
    const { coordinatorEpoch } = shard;
    const unmarked = new UnmarkedTransaction(entry.metadata, {
      coordinatorEpoch,
      onMarked: () => {
        this.#complete(shard, entry).catch(this.#options.onError);
      },
    });
    entry.beginMarking(unmarked);
    this.#markers.send(unmarked);
  }

  async #complete(shard: TransactionShard, entry: TransactionEntry): Promise<void> {
    const { environment, logger } = this.#options;
    for (;;) {
      const { nowMs } = this.#context();
      const errorCode = await this.#journal.write(shard, entry, completed(entry.metadata, nowMs));
      if (errorCode === ErrorCode.NONE) {
        entry.endMarking();
        return;
      }
      // What is not noted the next coordinator does again.
      if (!shard.isCurrent) return;
      logger.debug('it could not be noted that a transaction is complete', {
        transactionalId: entry.metadata.transactionalId,
        errorCode,
      });
      await environment.timers.sleep(COMPLETION_BACKOFF_MS);
      if (!shard.isCurrent) return;
    }
  }
}

function refused(errorCode: number): ProducerResult {
  return { errorCode, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
}
