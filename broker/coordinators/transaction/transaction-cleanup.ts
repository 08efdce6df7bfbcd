import type { Environment, Timer } from '../../../src/base/environment.ts';
import { TimeSlice } from '../../../src/base/time-slice.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Decision, RuleContext } from './decision.ts';
import { fence } from './end-transaction.ts';
import type { TransactionConfig } from './transaction-config.ts';
import type { TransactionEntry } from './transaction-entry.ts';
import type { TransactionJournal } from './transaction-journal.ts';
import { isPrepared, type TransactionMetadata } from './transaction-metadata.ts';
import { transactionTombstone } from './transaction-records.ts';
import type { TransactionShard } from './transaction-shard.ts';

/** Ids that are removed by one batch of their partition. */
const TOMBSTONES_MAX = 500;

interface TransactionCleanupOptions {
  readonly environment: Pick<Environment, 'clock' | 'timers'>;
  readonly config: TransactionConfig;
  readonly journal: TransactionJournal;
  readonly shards: () => Iterable<TransactionShard>;
  readonly context: () => RuleContext;
  readonly carryOut: (
    shard: TransactionShard,
    entry: TransactionEntry,
    decision: Decision,
  ) => Promise<number>;
  readonly onError: (error: unknown) => void;
}

/** Aborts transactions whose time is up, and forgets transactional ids that nobody uses any more. Runs on timers. */
export class TransactionCleanup {
  readonly #options: TransactionCleanupOptions;
  readonly #timers: readonly Timer[];

  constructor(options: TransactionCleanupOptions) {
    this.#options = options;
    const { environment, config, onError } = options;
    this.#timers = [
      environment.timers.every(config.abortIntervalMs, () => {
        this.#abortTimedOut().catch(onError);
      }),
      environment.timers.every(config.expiryIntervalMs, () => {
        this.#removeExpired().catch(onError);
      }),
    ];
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
  }

  /** The producer is fenced: its next request is told that another epoch holds. */
  async #abortTimedOut(): Promise<void> {
    const { context, carryOut, onError } = this.#options;
    await this.#forEach((shard, entry) => {
      const now = context();
      if (entry.isBusy || !isTimedOut(entry.metadata, now.nowMs)) return;
      const decision: Decision = {
        kind: 'write',
        next: fence(entry.metadata, now),
        errorCode: ErrorCode.NONE,
      };
      // What could not be written is met again by the next check.
      carryOut(shard, entry, decision).catch(onError);
    });
  }

  async #removeExpired(): Promise<void> {
    const { config, context, onError } = this.#options;
    const expired = new Map<TransactionShard, TransactionEntry[]>();
    await this.#forEach((shard, entry) => {
      if (entry.isBusy || !isExpired(entry.metadata, context().nowMs - config.idExpirationMs)) return;
      const found = expired.get(shard);
      if (found === undefined) expired.set(shard, [entry]);
      else found.push(entry);
    });
    for (const [shard, entries] of expired) {
      for (let i = 0; i < entries.length; i += TOMBSTONES_MAX) {
        this.#remove(shard, entries.slice(i, i + TOMBSTONES_MAX)).catch(onError);
      }
    }
  }

  /** Nothing else is done with the ids meanwhile; who comes then begins anew. */
  async #remove(shard: TransactionShard, found: readonly TransactionEntry[]): Promise<void> {
    const { journal, config, context } = this.#options;
    const untilMs = context().nowMs - config.idExpirationMs;
    // They may have been used since they were found.
    const entries = found.filter((entry) => !entry.isBusy && isExpired(entry.metadata, untilMs));
    if (entries.length === 0 || !shard.isCurrent) return;
    for (const entry of entries) entry.beginWriting();
    const tombstones = entries.map(({ metadata }) => transactionTombstone(metadata.transactionalId));
    const errorCode = await journal.append(shard, tombstones);
    for (const entry of entries) {
      if (errorCode === ErrorCode.NONE) shard.entries.delete(entry.metadata.transactionalId);
      entry.endWriting();
    }
  }

  /** Every id that is served here; there may be tens of thousands, and others have their turn in between. */
  async #forEach(work: (shard: TransactionShard, entry: TransactionEntry) => void): Promise<void> {
    const slice = new TimeSlice(this.#options.environment);
    for (const shard of this.#options.shards()) {
      if (shard.isLoading) continue;
      for (const entry of shard.entries.values()) {
        if (!shard.isCurrent) break;
        work(shard, entry);
        if (slice.isOver) await slice.next();
      }
    }
  }
}

function isTimedOut({ state, startTimestampMs, timeoutMs }: TransactionMetadata, nowMs: number): boolean {
  return state === 'Ongoing' && startTimestampMs + timeoutMs < nowMs;
}

function isExpired(metadata: TransactionMetadata, untilMs: number): boolean {
  return metadata.state !== 'Ongoing' && !isPrepared(metadata) && metadata.lastUpdateTimestampMs <= untilMs;
}
