import type { Timers } from '../../base/environment.ts';
import { assertDefined } from '../../base/assert.ts';
import type { ProducerSettings } from '../config/settings.ts';
import { isRetriable } from '../kafka-error.ts';
import type { ProducerIdentity } from '../producer-identity.ts';
import type { ConsumerGroupMetadata, OffsetAndMetadata } from '../types.ts';
import { TransactionPartitions } from './transaction-partitions.ts';
import type { TransactionRequests, TransactionVersion } from './transaction-requests.ts';
import type { TransactionalIdentities } from './transactional-identities.ts';

interface TransactionOptions {
  readonly requests: TransactionRequests;
  readonly identities: TransactionalIdentities;
  readonly version: TransactionVersion;
  readonly settings: ProducerSettings;
  readonly timers: Pick<Timers, 'defer'>;
  /** Batches that waited for their partition can be sent. */
  readonly onAdded: () => void;
  /** A partition could not be added. */
  readonly onFailed: (error: Error) => void;
}

/** One transaction: what is in it, and how its coordinator is told how it ends. */
export class Transaction {
  /** How it works, to its end. */
  readonly version: TransactionVersion;
  readonly #requests: TransactionRequests;
  readonly #identities: TransactionalIdentities;
  readonly #settings: ProducerSettings;
  readonly #partitions: TransactionPartitions;
  /** Commits of offsets that are under way. */
  readonly #offsets = new Set<Promise<void>>();
  /** The coordinator may know of it: it has to be told how it ends. */
  #isStarted = false;
  #isEnding = false;
  #isEnded = false;
  /** Batches that had a sequence number have failed: what comes next needs another epoch. */
  #hasGap = false;

  constructor({ requests, identities, version, settings, timers, onAdded, onFailed }: TransactionOptions) {
    this.#requests = requests;
    this.#identities = identities;
    this.version = version;
    this.#settings = settings;
    const identity = this.#identity;
    this.#partitions = new TransactionPartitions({
      timers,
      // Its batches wait for no longer.
      add: (partitions) => requests.addPartitions(identity, partitions, settings.deliveryTimeoutMs),
      onAdded,
      onFailed,
    });
  }

  /** The coordinator was asked to end it, and may have. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** A partition has a batch, which may still linger: it becomes part of the transaction meanwhile. */
  onBatchOpened(topic: string, partition: number): void {
    if (this.version === 1) this.#partitions.admits(topic, partition);
  }

  /** Whether a batch to a partition may be sent now. */
  admits(topic: string, partition: number): boolean {
    if (this.version === 1) return this.#partitions.admits(topic, partition);
    this.#isStarted = true;
    return true;
  }

  /** A batch with a sequence number has failed. */
  onGap(): void {
    this.#hasGap = true;
  }

  async commitOffsets(offsets: readonly OffsetAndMetadata[], group: ConsumerGroupMetadata): Promise<void> {
    const committing = this.#commitOffsets(offsets, group);
    this.#offsets.add(committing);
    try {
      await committing;
    } catch (error) {
      // What was not answered may have been done.
      if (isRetriable(error)) this.#isStarted = true;
      throw error;
    } finally {
      this.#offsets.delete(committing);
    }
  }

  /** Resolves when no request about what is in it is under way. */
  async quiet(): Promise<void> {
    await Promise.allSettled([...this.#offsets, this.#partitions.settled()]);
  }

  /**
   * Tells the coordinator how it ends, and gets the identity for the next one. Where it has failed with what may pass, it is
   * called again, and goes on where it was.
   */
  async end(commit: boolean, leftMs: () => number): Promise<void> {
    if (!this.#isEnded && (this.#isStarted || this.#partitions.mayHaveAny)) {
      this.#isEnding = true;
      const identity = this.#identity;
      const ending = { commit, timeoutMs: leftMs() };
      const next = await this.#requests.end({ identity, version: this.version }, ending);
      this.#isEnded = true;
      if (next !== identity) {
        this.#identities.current = next;
        this.#hasGap = false;
      }
    }
    // Under the second protocol late batches of another transaction are known by their epoch, so the first one has its own.
    const isUpgraded = this.version === 1 && this.#requests.version === 2;
    if (!this.#hasGap && !isUpgraded) return;
    this.#identities.current = await this.#requests.initProducerId({
      transactionTimeoutMs: this.#settings.transactionTimeoutMs,
      used: this.#identity,
      timeoutMs: leftMs(),
    });
    this.#hasGap = false;
  }

  async #commitOffsets(offsets: readonly OffsetAndMetadata[], group: ConsumerGroupMetadata): Promise<void> {
    const { blockMsMax: timeoutMs } = this.#settings;
    const identity = this.#identity;
    if (this.version === 1) await this.#requests.addGroup(identity, group.groupId, timeoutMs);
    this.#isStarted = true;
    await this.#requests.commitOffsets({ identity, version: this.version }, group, offsets, timeoutMs);
  }

  get #identity(): ProducerIdentity {
    return assertDefined(this.#identities.current, 'a producer in a transaction has an identity');
  }
}
