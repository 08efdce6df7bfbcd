import { assert } from '../../src/base/assert.ts';
import { AssertionFailure, OperationalError } from '../../src/base/errors.ts';
import { SharedFlush } from './shared-flush.ts';
import type { LogState } from './log-state.ts';
import { PARTITION_METADATA } from './partition-metadata.ts';
import type { Segment } from './segment.ts';

interface LogDurabilityOptions {
  readonly recoveryPoint: number;
  /** The entry of the log's directory in its parent survives a power loss, and the file in it that says whose it is. */
  readonly isDirectorySynced: boolean;
  /** Syncs the directory that the log's own is in. */
  readonly syncParent: () => Promise<void>;
  /** Called when a truncation has lowered the recovery point, which must be on the disk before the call returns. */
  readonly onRecoveryPointLowered: () => void;
  /** Called when a truncation has taken away what was compacted, which must be on the disk before the call returns. */
  readonly onCleanedToLowered: () => void;
  /** Called before a log begins anew at a later offset, which must be on the disk before the call returns. */
  readonly onLogStartRaised: () => void;
}

/** Which part of one log survives a power loss: flushes, and the recovery point that they move. */
export class LogDurability {
  readonly #state: LogState;
  readonly #syncParent: () => Promise<void>;
  readonly #onRecoveryPointLowered: () => void;
  readonly #onCleanedToLowered: () => void;
  readonly #onLogStartRaised: () => void;
  readonly #flusher: SharedFlush;
  #recoveryPoint: number;
  #settledOffset: number;
  #lastFlushMs: number;
  /** The entry of the log's directory in its parent survives a power loss. */
  #isDirectorySynced: boolean;
  /** There was a truncation that a crash could undo: the next epoch is saved before its first batch is written. */
  #mustSaveEpochs = false;
  /** Counts truncations, so that a flush under way notices one. */
  #truncations = 0;

  constructor(state: LogState, options: LogDurabilityOptions) {
    this.#state = state;
    this.#recoveryPoint = options.recoveryPoint;
    // What was decided in a tail that is not synced may be open again after a power loss.
    this.#settledOffset = this.#recoveryPoint < state.logEndOffset ? 0 : this.#undecidedOffset;
    this.#isDirectorySynced = options.isDirectorySynced;
    this.#syncParent = options.syncParent;
    this.#onRecoveryPointLowered = options.onRecoveryPointLowered;
    this.#onCleanedToLowered = options.onCleanedToLowered;
    this.#onLogStartRaised = options.onLogStartRaised;
    this.#lastFlushMs = state.environment.clock.nowMs();
    this.#flusher = new SharedFlush({ flushOnce: () => this.#flushOnce() });
  }

  /** Everything below survives a power loss. */
  get recoveryPoint(): number {
    return this.#recoveryPoint;
  }

  /** Everything below survives a power loss, and with it the markers that say what became of its transactions. */
  get settledOffset(): number {
    return this.#settledOffset;
  }

  get mustSaveEpochs(): boolean {
    return this.#mustSaveEpochs;
  }

  /**
   * The recovery point to write into the checkpoint. While the segment that ends at the recovery point has not been
   * sealed and synced as a whole it must be checked at the next start, and so the checkpoint points into it.
   */
  get checkpoint(): number {
    const { segments } = this.#state;
    const segment = segments.at(segments.indexOf(this.#recoveryPoint - 1));
    if (segment === undefined || segment.isDurable || segment.baseOffset >= this.#recoveryPoint) {
      return this.#recoveryPoint;
    }
    return this.#recoveryPoint - 1;
  }

  get isFlushDue(): boolean {
    const { config, environment, isClosed } = this.#state;
    const unflushed = this.#unflushed;
    if (isClosed || unflushed <= 0) return false;
    return (
      unflushed >= config.flushMessages || environment.clock.nowMs() - this.#lastFlushMs >= config.flushMs
    );
  }

  /** Resolves when everything appended before the call survives a power loss. */
  flush(): Promise<void> {
    return this.#flusher.flush().catch((error: unknown) => {
      if (error instanceof AssertionFailure) this.#state.stop('flush', error);
      throw error;
    });
  }

  flushInBackground(): void {
    this.flush().catch((error: unknown) => {
      const { logger, directory, failure } = this.#state;
      // Why a partition was stopped has been said already.
      if (failure === undefined) logger.error('a log could not be flushed', { directory, error });
    });
  }

  /** `flush.messages` asks for a flush after an append. */
  flushIfDue(): void {
    if (this.#unflushed >= this.#state.config.flushMessages) this.flushInBackground();
  }

  /** Entries of the log's directory were made or renamed, and nobody waits for it. */
  syncDirectoryInBackground(): void {
    const { environment, directory, logger } = this.#state;
    environment.disk.syncDirectory(directory).catch((error: unknown) => {
      if (this.#state.isClosed) return;
      logger.warn('a directory could not be synced', { directory, error });
    });
  }

  /**
   * The recovery point goes down before a file is touched, to the beginning of the segment that will be cut: a crash may
   * bring back segments that were removed and the tail that was cut off, also when the log has gone on in a new segment
   * meanwhile, and the next start has to look at them all.
   */
  beginTruncation(offset: number): void {
    const { segments } = this.#state;
    this.#truncations++;
    this.#mustSaveEpochs = true;
    const cutBase = segments.at(segments.indexOf(offset))?.baseOffset ?? 0;
    const trusted = Math.min(offset, cutBase);
    this.#settledOffset = Math.min(this.#settledOffset, trusted);
    if (this.#state.lowerCleanedTo(offset)) this.#onCleanedToLowered();
    if (this.#recoveryPoint <= trusted) return;
    this.#recoveryPoint = trusted;
    this.#onRecoveryPointLowered();
  }

  /**
   * All that is below `offset` goes, and the log start moves there: it is written down first, or a crash would leave a log
   * that begins later than its checkpoint says, which is what a log looks like whose first segments somebody removed. The log
   * start in memory does not tell what is written: it may be beyond `offset` and the checkpoint still before it.
   */
  beginRestart(offset: number): void {
    const state = this.#state;
    this.beginTruncation(offset);
    if (offset <= state.segments.firstBaseOffset) return;
    state.logStartNext = offset;
    try {
      this.#onLogStartRaised();
    } catch (error) {
      state.logStartNext = undefined;
      throw error;
    }
  }

  /** Where the first open transaction began, else the end. */
  get #undecidedOffset(): number {
    return this.#state.producers.firstUndecidedOffset ?? this.#state.logEndOffset;
  }

  get #unflushed(): number {
    return this.#state.logEndOffset - this.#recoveryPoint;
  }

  /** @returns false when the log was truncated meanwhile: what took the place of the records needs a sync of its own. */
  async #flushOnce(): Promise<boolean> {
    const state = this.#state;
    if (state.isClosed) return true;
    if (state.failure !== undefined) throw stoppedError(state.failure);
    const target = state.logEndOffset;
    const undecidedOffset = this.#undecidedOffset;
    const truncations = this.#truncations;
    // A disk that is full, say, refuses this and can be mended; a failed sync cannot.
    if (!state.epochs.isSaved && !(await this.#saveEpochs())) return true;
    for (const segment of this.#segmentsToSync(target)) await this.#syncSegment(segment);
    // By what they are known again, before the next start takes them as they are.
    if (!state.seals.isSaved && !(await this.#saveSeals())) return true;
    await this.#syncDirectories();
    if (state.isClosed) return true;
    if (truncations !== this.#truncations) return false;
    assert(target <= state.logEndOffset, 'without a truncation the log end does not go back');
    this.#recoveryPoint = Math.max(this.#recoveryPoint, target);
    this.#settledOffset = undecidedOffset;
    this.#mustSaveEpochs = false;
    this.#lastFlushMs = state.environment.clock.nowMs();
    return true;
  }

  /** @returns false when the log was closed meanwhile: nobody waits for its disk any more. */
  async #saveEpochs(): Promise<boolean> {
    const state = this.#state;
    try {
      await state.epochs.saveInBackground(() => state.isClosed);
    } catch (error) {
      if (!state.isClosed) throw error;
    }
    return !state.isClosed;
  }

  /** As {@link #saveEpochs}. */
  async #saveSeals(): Promise<boolean> {
    const state = this.#state;
    if (state.isClosed) return false;
    try {
      await state.seals.save(() => state.isClosed);
    } catch (error) {
      if (!state.isClosed) throw error;
    }
    return !state.isClosed;
  }

  /** Those that hold records between recovery point and `target`, and sealed ones before that were not synced as such. */
  #segmentsToSync(target: number): readonly Segment[] {
    const { segments } = this.#state;
    let first = segments.indexOf(this.#recoveryPoint);
    while (first > 0 && segments.at(first - 1)?.isDurable === false) first--;
    return segments.all.slice(first).filter((segment) => segment.baseOffset <= target);
  }

  /** A segment that has left the log meanwhile is passed over. One that is sealed meanwhile has indexes to sync, too. */
  async #syncSegment(segment: Segment): Promise<void> {
    let wasSealed: boolean;
    do {
      wasSealed = segment.isSealed;
      if (segment.hasLeft) return;
      const sync = this.#openForSync(segment);
      try {
        await sync();
      } catch (error) {
        // Nothing is known now of what was written before. Of a segment that has left nobody wants to know.
        if (!segment.hasLeft) throw this.#stopped('sync', error);
      }
    } while (wasSealed !== segment.isSealed);
  }

  /** Opening may fail for want of descriptors and succeed later. A file that is gone will not come back. */
  #openForSync(segment: Segment): () => Promise<void> {
    try {
      return segment.prepareSync();
    } catch (error) {
      if (!(error instanceof OperationalError) || error.code !== 'NOT_FOUND') throw error;
      const vanished = new OperationalError(
        'FILE_VANISHED',
        `${segment.pathOf('log')} has vanished: it was removed by something else than this broker (${error.message})`,
        { retriable: false, cause: error },
      );
      throw this.#stopped('flush', vanished);
    }
  }

  async #syncDirectories(): Promise<void> {
    const { environment, directory, isClosed } = this.#state;
    if (isClosed) return;
    try {
      await environment.disk.syncDirectory(directory);
      if (this.#isDirectorySynced) return;
      await this.#syncTopicId();
      await this.#syncParent();
      this.#isDirectorySynced = true;
    } catch (error) {
      // The log was deleted meanwhile: there is nothing left that would have to be on the disk.
      if (this.#state.isClosed) return;
      if (error instanceof OperationalError && error.retriable) throw error;
      throw this.#stopped('sync', error);
    }
  }

  /** Records that survive a power loss say whose they are: a later topic of the name must not be given them. */
  async #syncTopicId(): Promise<void> {
    const { environment, directory } = this.#state;
    const path = `${directory}/${PARTITION_METADATA}`;
    if (!environment.disk.exists(path)) return;
    const file = environment.disk.open(path, 'write');
    try {
      await file.sync();
    } finally {
      file.close();
    }
  }

  #stopped(what: string, error: unknown): unknown {
    this.#state.stop(what, error);
    return error;
  }
}

function stoppedError(reason: string): OperationalError {
  return new OperationalError('PARTITION_STOPPED', reason, { retriable: false });
}
