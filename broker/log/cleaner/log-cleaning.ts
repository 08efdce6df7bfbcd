import type { Disk } from '../../../src/base/environment.ts';
import { messageOf } from '../../../src/base/errors.ts';
import type { Log } from '../log.ts';
import type { LogCompaction, SegmentAsSeen } from '../log-compaction.ts';
import type { Segment } from '../segment.ts';
import type { AbortedTxn } from '../transaction-index.ts';
import type { CleanablePart } from './cleanable-part.ts';
import { NO_TRANSACTIONS, type TransactionsState } from './cleaned-transactions.ts';
import type {
  CleanerPace,
  GroupJob,
  JobFailure,
  LastBatchOfProducer,
  MapResult,
  SourceSegment,
} from './cleaner-job.ts';
import type { CleanerSettings } from './cleaner-settings.ts';
import type { JobRunner } from './job-runner.ts';
import { groupSegments } from './segment-groups.ts';

/** What a cleaning has done. */
export interface CleaningStats {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Share of the map's memory that was taken, 0 to 1. */
  readonly mapUtilization: number;
}

export type CleaningOutcome = ({ readonly kind: 'done' } & CleaningStats) | JobFailure;

const INTERRUPTED: JobFailure = { kind: 'interrupted' };
/** A batch takes so much at least: no segment has more index entries than that. */
const BATCH_BYTES_MIN = 61;
const INDEX_ENTRY_BYTES_MAX = 12;

interface LogCleaningOptions {
  readonly log: Log;
  readonly part: CleanablePart<Segment>;
  readonly runner: JobRunner;
  readonly disk: Disk;
  readonly nowMs: number;
  readonly settings: CleanerSettings;
}

/**
 * One cleaning of one log: the map of the dirty part, then group after group of segments, each of which is replaced by what is
 * left of it. What is read and written beside the event loop are files that nobody changes; whether they are still the log's is
 * asked, on the event loop, before each replacement. So whoever truncates, deletes or closes the log waits for nothing.
 */
export class LogCleaning {
  readonly #options: LogCleaningOptions;
  readonly #compaction: LogCompaction;
  readonly #interrupt = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  /** What producers had written last before the log was flushed: no power loss takes it, so what came before may go. */
  #producers: readonly LastBatchOfProducer[] = [];
  /** Aborted transactions of the log as it was when the keys were collected. */
  #aborted: readonly AbortedTxn[] = [];
  #bytesRead = 0;
  #bytesWritten = 0;

  constructor(options: LogCleaningOptions) {
    this.#options = options;
    this.#compaction = options.log.compaction;
  }

  /** Ends it as soon as that can be; what has been replaced by then stays so. */
  interrupt(): void {
    Atomics.store(new Int32Array(this.#interrupt), 0, 1);
  }

  get #isInterrupted(): boolean {
    return Atomics.load(new Int32Array(this.#interrupt), 0) !== 0;
  }

  /** Cleans the log, which must be free. @throws {OperationalError} where the disk refuses on the event loop. */
  async run(): Promise<CleaningOutcome> {
    const compaction = this.#compaction;
    let cleanedTo: number | undefined;
    compaction.begin(this);
    try {
      const [firstGroup = []] = this.#groupsUpTo(this.#options.part.firstUncleanableOffset);
      // As long as a disk is full nothing is read in vain.
      const shortage = this.#shortage(firstGroup);
      if (shortage !== undefined) return shortage;
      this.#producers = lastBatchesOf(compaction.producers);
      this.#aborted = await compaction.readAborted();
      if (this.#isInterrupted) return INTERRUPTED;
      const mapped = await this.#mapAndFlush();
      if (this.#isInterrupted) return INTERRUPTED;
      if (mapped.kind !== 'done') return mapped;
      const { result } = mapped;
      this.#bytesRead += result.bytesRead;
      const { firstUncleanableOffset } = this.#options.part;
      const endOffset = result.isComplete ? firstUncleanableOffset : result.map.latestOffset + 1;
      await compaction.note(endOffset);
      if (this.#isInterrupted) return INTERRUPTED;
      const failure = await this.#cleanGroups(result, endOffset);
      if (failure !== undefined) return failure;
      // A truncation in the last moment has lowered it.
      if (this.#isInterrupted) return INTERRUPTED;
      cleanedTo = endOffset;
      return {
        kind: 'done',
        bytesRead: this.#bytesRead,
        bytesWritten: this.#bytesWritten,
        mapUtilization: result.utilization,
      };
    } finally {
      compaction.end(this, cleanedTo);
    }
  }

  /** The keys are collected while the disk takes what producers have written last. */
  async #mapAndFlush(): ReturnType<JobRunner['buildMap']> {
    const mapping = this.#buildMap();
    try {
      await this.#compaction.flush();
    } catch (error) {
      this.interrupt();
      await mapping;
      throw error;
    }
    return mapping;
  }

  #buildMap(): ReturnType<JobRunner['buildMap']> {
    const { part, runner, settings } = this.#options;
    const compaction = this.#compaction;
    const job = {
      segments: compaction.segments.slice(0, -1).map((segment) => this.#sourceOf(segment)),
      aborted: this.#aborted,
      fromOffset: part.firstDirtyOffset,
      toOffset: part.firstUncleanableOffset,
      limits: { bytesMax: settings.mapBytesMax, loadFactor: settings.loadFactor },
      pace: this.#pace,
    };
    return runner.buildMap(job).catch(crashed);
  }

  /** @returns why they could not all be cleaned. */
  async #cleanGroups(mapped: MapResult, endOffset: number): Promise<JobFailure | undefined> {
    let transactions: TransactionsState = NO_TRANSACTIONS;
    for (const group of this.#groupsUpTo(endOffset)) {
      const cleaned = await this.#cleanGroup(group, { mapped, transactions });
      if ('kind' in cleaned) return cleaned;
      transactions = cleaned;
    }
    return undefined;
  }

  #groupsUpTo(endOffset: number): readonly (readonly SegmentAsSeen[])[] {
    const { config } = this.#compaction;
    const segments = this.#options.part.segments
      .filter(({ baseOffset }) => baseOffset < endOffset)
      .map((segment) => {
        const { baseOffset, sizeInBytes } = segment;
        const entries = Math.ceil(sizeInBytes / Math.max(BATCH_BYTES_MIN, config.indexIntervalBytes));
        return { segment, baseOffset, sizeInBytes, indexBytes: entries * INDEX_ENTRY_BYTES_MAX };
      });
    return groupSegments(segments, config, endOffset);
  }

  /** @returns where the transactions stand behind the group. */
  async #cleanGroup(
    group: readonly SegmentAsSeen[],
    progress: { readonly mapped: MapResult; readonly transactions: TransactionsState },
  ): Promise<TransactionsState | JobFailure> {
    const compaction = this.#compaction;
    const segments = group.map(({ segment }) => segment);
    const [first] = segments;
    if (first === undefined || !compaction.areUnchanged(group)) return INTERRUPTED;
    const shortage = this.#shortage(group);
    if (shortage !== undefined) return shortage;
    const outcome = await this.#options.runner.cleanGroup(this.#groupJob(segments, progress)).catch(crashed);
    // What was read may be what nobody has ever written, where somebody has truncated meanwhile.
    const isChanged = this.#isInterrupted || !compaction.areUnchanged(group);
    if (isChanged || outcome.kind !== 'done') {
      // Another folder may have the name of one that is gone.
      if (compaction.isOpen) compaction.discard(first);
      return isChanged || outcome.kind === 'done' ? INTERRUPTED : outcome;
    }
    this.#bytesRead += outcome.result.bytesRead;
    this.#bytesWritten += outcome.result.bytesWritten;
    compaction.replace(segments);
    // The next group goes without what this one has: the keys that it found here.
    await compaction.sync();
    return outcome.result.transactions;
  }

  #groupJob(
    segments: readonly Segment[],
    { mapped, transactions }: { readonly mapped: MapResult; readonly transactions: TransactionsState },
  ): GroupJob {
    const { config, directory } = this.#compaction;
    return {
      directory,
      indexIntervalBytes: config.indexIntervalBytes,
      segments: segments.map((segment) => this.#sourceOf(segment)),
      map: mapped.map,
      live: mapped.live,
      aborted: this.#aborted,
      transactions,
      producers: this.#producers,
      nowMs: this.#options.nowMs,
      deleteRetentionMs: config.deleteRetentionMs,
      pace: this.#pace,
    };
  }

  #sourceOf(segment: Segment): SourceSegment {
    return {
      baseOffset: segment.baseOffset,
      endOffset: this.#compaction.endOffsetOf(segment),
      sizeInBytes: segment.sizeInBytes,
      path: segment.pathOf('log'),
    };
  }

  /** A copy that does not fit would take from others what they need, and be thrown away. */
  #shortage(group: readonly SegmentAsSeen[]): JobFailure | undefined {
    const { disk } = this.#options;
    const { directory } = this.#compaction;
    const needed = group.reduce((bytes, { sizeInBytes }) => bytes + sizeInBytes, 0);
    const { usableBytes } = disk.space(directory);
    if (usableBytes > needed) return undefined;
    const reason = `${needed} bytes are needed beside ${directory} for a while, and ${usableBytes} are free`;
    return { kind: 'failed', code: 'DISK_FULL', reason, retriable: true };
  }

  get #pace(): CleanerPace {
    const { readBytes, bytesPerSecondMax } = this.#options.settings;
    const { decompressedBytesMax } = this.#compaction.config;
    return { readBytes, bytesPerSecondMax, decompressedBytesMax, interrupt: this.#interrupt };
  }
}

/** The thread has ended, or what it does has a bug. */
function crashed(error: unknown): JobFailure {
  return { kind: 'failed', code: 'THREAD_ENDED', reason: messageOf(error), retriable: false };
}

function lastBatchesOf(producers: LogCompaction['producers']): readonly LastBatchOfProducer[] {
  const last: LastBatchOfProducer[] = [];
  for (const { producerId, producerEpoch, lastOffset } of producers)
    last.push({ producerId, producerEpoch, lastOffset });
  return last;
}
