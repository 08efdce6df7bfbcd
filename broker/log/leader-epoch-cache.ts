import type { Disk } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import { showValue } from '../../src/base/show-value.ts';
import { encodeCheckpoint, foreign, isForeign, readCheckpoint } from './checkpoint-file.ts';
import type { EpochEndOffset } from './read-result.ts';
import { writeAside } from '../../src/base/write-aside.ts';

export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint';

export interface EpochEntry {
  readonly epoch: number;
  readonly startOffset: number;
}

/**
 * Which leader epoch began at which offset (KIP-101, KIP-279): what a follower truncates by. Epochs and start offsets
 * both ascend strictly.
 *
 * The cache is changed in memory and saved before the log's recovery point moves on, so what the checkpoint says is
 * right for everything below the recovery point; recovery learns the rest from the epochs in the batches it scans. A
 * change of leaders over a thousand partitions thus costs no thousand fsyncs. The exception is the first new epoch after
 * a truncation, which is saved before its first batch is written: see `scanFrom` in `log-recovery.ts`.
 */
export class LeaderEpochCache {
  readonly #disk: Disk;
  readonly #path: string;
  #entries: readonly EpochEntry[];
  /** As the checkpoint has them; undefined when that cannot be read. */
  #saved: readonly EpochEntry[] | undefined;
  /** Counts the savings that were begun, so that one that was overtaken notices. */
  #saves = 0;

  private constructor(disk: Disk, path: string, entries: readonly EpochEntry[] | undefined) {
    this.#disk = disk;
    this.#path = path;
    this.#entries = entries ?? [];
    this.#saved = entries;
  }

  /** What is known already. The checkpoint is not read, and may lack an epoch that has no records yet. */
  static known(disk: Disk, path: string, entries: readonly EpochEntry[]): LeaderEpochCache {
    const cache = new LeaderEpochCache(disk, path, entries);
    if (entries.length > 0) cache.#saved = undefined;
    return cache;
  }

  /** A checkpoint that cannot be read counts as one that knows nothing: the batches of the log have their epochs in them. */
  static open(disk: Disk, path: string, logger: Logger): LeaderEpochCache {
    try {
      return new LeaderEpochCache(
        disk,
        path,
        readCheckpoint(disk, path).map(parseLine(path)).map(ascending(path)),
      );
    } catch (error) {
      if (!isForeign(error)) throw error;
      logger.warn('a checkpoint cannot be read, and what it said is derived again', {
        reason: error.message,
      });
      return new LeaderEpochCache(disk, path, undefined);
    }
  }

  /** -1 when no epoch is known. */
  get latestEpoch(): number {
    return this.#entries.at(-1)?.epoch ?? -1;
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries;
  }

  /** Notes that `epoch` begins at `startOffset`, unless it or a later one is known to have begun before. */
  assign(epoch: number, startOffset: number): void {
    if (epoch < 0) return;
    const last = this.#entries.at(-1);
    if (last !== undefined && epoch === last.epoch) return;
    // An older epoch, or one that starts at or below known starts, overrides what contradicts it.
    const kept = this.#entries.filter((entry) => entry.epoch < epoch && entry.startOffset < startOffset);
    this.#entries = [...kept, { epoch, startOffset }];
  }

  /** Forgets epochs that begin at or after `endOffset`. */
  truncateFromEnd(endOffset: number): void {
    const last = this.#entries.at(-1);
    if (last === undefined || last.startOffset < endOffset) return;
    this.#entries = this.#entries.filter((entry) => entry.startOffset < endOffset);
  }

  /** Forgets epochs that end at or before `startOffset`; the one that contains it begins there from now on. */
  truncateFromStart(startOffset: number): void {
    const first = this.#entries[0];
    if (first === undefined || first.startOffset >= startOffset) return;
    const after = this.#entries.filter((entry) => entry.startOffset > startOffset);
    const containing = this.#entries[this.#entries.length - after.length - 1];
    this.#entries = containing === undefined ? after : [{ epoch: containing.epoch, startOffset }, ...after];
  }

  clear(): void {
    this.#entries = [];
  }

  /**
   * The largest known epoch that is not above the asked one, and where it ends. `logEndOffset` ends the latest.
   * Where a follower that asks has to truncate to (KIP-101, and KIP-279 for the epoch in the answer).
   */
  endOffsetFor(epoch: number, logEndOffset: number): EpochEndOffset {
    const latest = this.#entries.at(-1);
    if (epoch === NO_EPOCH || latest === undefined || epoch > latest.epoch) return UNKNOWN;
    if (epoch === latest.epoch) return { epoch, endOffset: logEndOffset };
    const higher = this.#entries.findIndex((entry) => entry.epoch > epoch);
    const next = this.#entries[higher] as EpochEntry;
    const known = this.#entries[higher - 1];
    return { epoch: known?.epoch ?? epoch, endOffset: next.startOffset };
  }

  /** The epoch of the record at `offset`, -1 when it is not known. */
  epochAt(offset: number): number {
    return epochAt(this.#entries, offset);
  }

  /** Whether the checkpoint says all that is known. */
  get isSaved(): boolean {
    return this.#saved === this.#entries;
  }

  /** Replaces the checkpoint when it has fallen behind, before the call returns. */
  save(): void {
    if (this.isSaved) return;
    this.#saves++;
    this.#disk.replaceFile(this.#path, encodeEntries(this.#entries));
    this.#saved = this.#entries;
  }

  /**
   * As {@link save}, off the event loop: a stop saves a thousand. The folder is to be synced after it. What {@link save} has
   * written meanwhile is newer, and stays.
   * @param isGone whether the log was closed meanwhile: its folder may be another log's by then.
   */
  async saveInBackground(isGone: () => boolean): Promise<void> {
    const entries = this.#entries;
    if (this.isSaved) return;
    const save = ++this.#saves;
    const aside = `${this.#path}.next`;
    await writeAside(this.#disk, aside, [encodeEntries(entries)]);
    if (save !== this.#saves || isGone()) return;
    this.#disk.rename(aside, this.#path);
    this.#saved = entries;
  }
}

function encodeEntries(entries: readonly EpochEntry[]): Buffer {
  return encodeCheckpoint(entries.map((entry) => `${entry.epoch} ${entry.startOffset}`));
}

/** The epoch that contains `offset` by these entries, -1 when none does. */
export function epochAt(entries: readonly EpochEntry[], offset: number): number {
  return entries.findLast((entry) => entry.startOffset <= offset)?.epoch ?? -1;
}

const NO_EPOCH = -1;
const UNKNOWN: EpochEndOffset = { epoch: NO_EPOCH, endOffset: -1 };

function parseLine(path: string): (line: string) => EpochEntry {
  return (line) => {
    const [epoch = -1, startOffset = -1] = /^\d+ \d+$/.test(line) ? line.split(' ').map(Number) : [];
    if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(startOffset) || epoch < 0) {
      throw foreign(path, `the line ${showValue(line)} is not "epoch offset"`);
    }
    return { epoch, startOffset };
  };
}

function ascending(
  path: string,
): (entry: EpochEntry, index: number, all: readonly EpochEntry[]) => EpochEntry {
  return (entry, index, all) => {
    const before = all[index - 1];
    if (before !== undefined && (entry.epoch <= before.epoch || entry.startOffset <= before.startOffset)) {
      throw foreign(path, `epoch ${entry.epoch} at ${entry.startOffset} does not ascend`);
    }
    return entry;
  };
}
