import { TransactionCoordinator } from '../../../../broker/coordinators/transaction/transaction-coordinator.ts';
import type { TransactionConfig } from '../../../../broker/coordinators/transaction/transaction-config.ts';
import { topicsOf } from '../../../../broker/coordinators/transaction/topics.ts';
import type { ProducerIdentity } from '../../../../broker/coordinators/transaction/init-producer-id.ts';
import type { ProducerResult } from '../../../../broker/coordinators/transaction/transaction-requests.ts';
import { silentLogger } from '../../../../src/base/logger.ts';
import { ManualTime } from '../group/manual-time.ts';
import { MemoryCoordinatorLog } from '../memory-coordinator-log.ts';
import { MarkedPartitions } from './marked-partitions.ts';

export const ID = 'payments';
export const TIMEOUT_MS = 60_000;
/** Long enough for markers that were refused to be sent again. */
export const RETRY_MS = 100;

interface HarnessOptions {
  readonly config?: Partial<TransactionConfig>;
  readonly transactionVersion?: number;
  /** What an earlier coordinator has left. */
  readonly before?: TransactionHarness;
  readonly coordinatorEpoch?: number;
}

/** A coordinator of one partition of `__transaction_state`, on a log in memory, with partitions that take markers. */
export class TransactionHarness {
  readonly time: ManualTime;
  readonly log: MemoryCoordinatorLog;
  readonly partitions: MarkedPartitions;
  readonly coordinator: TransactionCoordinator;
  readonly errors: unknown[] = [];
  /** Set: there are no producer ids. */
  hasNoProducerIds = false;
  #nextProducerId: number;
  readonly #options: HarnessOptions;

  private constructor(options: HarnessOptions) {
    const { before, config, transactionVersion = 2 } = options;
    this.#options = options;
    this.time = before?.time ?? new ManualTime();
    this.log = before?.log ?? new MemoryCoordinatorLog();
    this.partitions = before?.partitions ?? new MarkedPartitions();
    this.#nextProducerId = before === undefined ? 1_000 : before.#nextProducerId + 1_000;
    this.coordinator = new TransactionCoordinator({
      environment: this.time,
      logger: silentLogger,
      log: this.log,
      requests: this.partitions,
      topics: {
        partitionCount: () => 1,
        leaderOf: (topic, partition) => this.partitions.leaderOf(topic, partition),
        transactionVersion: () => transactionVersion,
      },
      nextProducerId: () =>
        this.hasNoProducerIds
          ? Promise.reject(new Error('there is no controller'))
          : Promise.resolve(this.#nextProducerId++),
      ...(config === undefined ? {} : { config }),
      onError: (error) => this.errors.push(error),
    });
  }

  static async started(options: HarnessOptions = {}): Promise<TransactionHarness> {
    const harness = new TransactionHarness(options);
    await harness.coordinator.load(0, options.coordinatorEpoch ?? 0, harness.log.batches(0));
    return harness;
  }

  /** The coordinator that takes over; this one is told nothing. */
  successor(coordinatorEpoch = 1): Promise<TransactionHarness> {
    return TransactionHarness.started({ ...this.#options, before: this, coordinatorEpoch });
  }

  init(expected?: ProducerIdentity, timeoutMs = TIMEOUT_MS): Promise<ProducerResult> {
    return this.coordinator.initProducerId(ID, { timeoutMs, expected });
  }

  /** @param partitions of the topic `a`. */
  add(producer: ProducerIdentity, ...partitions: readonly number[]): Promise<number> {
    return this.coordinator.addPartitions(
      ID,
      { ...producer, topics: topicsOf([{ name: 'a', partitions }]), clientVersion: 2 },
      { patienceMs: 0 },
    );
  }

  end(producer: ProducerIdentity, isCommit = true, clientVersion = 2): Promise<ProducerResult> {
    return this.coordinator.endTransaction(ID, { ...producer, isCommit, clientVersion });
  }

  /** State, producer id and epoch, as they are described. */
  get state(): string {
    const { metadata } = this.coordinator.describe(ID);
    if (metadata === undefined) return 'none';
    return `${metadata.state} ${metadata.producerId}/${metadata.producerEpoch}`;
  }

  /** Lets everything happen that is due. */
  settle(): Promise<void> {
    return this.time.advance(0);
  }
}
