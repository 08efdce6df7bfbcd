import type { Disk } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import type { LeaderEpochCache } from './leader-epoch-cache.ts';
import { endOffsetOf, findMissing, refuseGaps } from './log-gaps.ts';
import { remedyFor } from './missing-logs.ts';
import { replayProducers } from './producer-replay.ts';
import type { ProducerState } from './producer-state.ts';
import { type ScanOptions, type Scanned, scanFrom, setAllAside } from './recovery-scan.ts';
import { Segment, type SegmentOptions } from './segment.ts';
import { CLEANED_SUFFIX, DELETED_SUFFIX, parseSegmentFileName } from './segment-files.ts';
import { removeSegment } from './segment-removal.ts';
import { scanBatches } from './segment-scan.ts';

interface RecoveryOptions extends ScanOptions {
  /** Of the files in the directory. */
  readonly names: readonly string[];
  /** What every segment of this log is made with. */
  readonly segmentOptions: (baseOffset: number) => SegmentOptions;
  /** From the checkpoint; undefined where that says nothing: then the files do. */
  readonly logStartOffset: number | undefined;
  /** From the checkpoint, 0 where it is not known. */
  readonly highWatermark: number;
  /** Below are holes that Kafka's log cleaner has left. */
  readonly holesTo: number;
  readonly producers: ProducerState;
}

export interface RecoveredLog {
  /** At least one; the last is the active one. */
  readonly segments: Segment[];
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  /** The recovery point is at most this: a segment that was cut is to be synced again, or the cut may be undone. */
  readonly flushedOffset: number;
}

/**
 * Brings a log's files into a state that can be appended to. After a clean shutdown the files are taken as they are.
 * Otherwise nothing from the recovery point on is trusted: every batch is read and checked, the log ends before the
 * first one that is torn, corrupt or out of place, and indexes and producer state are built anew.
 */
export function recoverLog(options: RecoveryOptions): RecoveredLog {
  const opened = listSegments(options).map((base) => Segment.existing(options.segmentOptions(base)));
  try {
    return recoverSegments(opened, options);
  } catch (error) {
    for (const segment of opened) segment.leave();
    throw error;
  }
}

/** @param opened takes up what is created, too, for the caller to close when this throws. */
function recoverSegments(opened: Segment[], options: RecoveryOptions): RecoveredLog {
  const { disk, logger, directory, epochs } = options;
  const wantedStart = options.logStartOffset ?? derivedStart(opened, epochs);
  let segments = dropBeforeLogStart(opened, { disk, logStartOffset: wantedStart });
  const scanned = options.hadCleanShutdown
    ? scanSuspects(segments, options)
    : scanUnflushed(segments, options);
  let logEndOffset = endOffsetOf(segments.at(-1));
  // A log that was to begin anew at its start has no segment for a moment: what was written is below the start.
  refuseLoss(Math.max(logEndOffset, wantedStart), options);
  refuseGaps(findMissing(segments, wantedStart), options);
  if (logEndOffset < wantedStart) {
    // Records up to the log start were deleted on request and are not to come back; nothing after them survived.
    setAllAside(segments, options);
    segments = [];
  }
  if (segments.length === 0) {
    logEndOffset = wantedStart;
    const first = makeFirst(opened, options.segmentOptions(logEndOffset));
    opened.push(first);
    segments.push(first);
  }
  const logStartOffset = Math.max(wantedStart, segments[0]?.baseOffset ?? 0);
  if (logStartOffset < logEndOffset && epochs.epochAt(logStartOffset) < 0) {
    logger.warn('leader epochs are derived again from the log: their checkpoint does not know them', {
      directory,
    });
    deriveEpochs(segments, epochs);
  }
  epochs.truncateFromEnd(logEndOffset);
  epochs.truncateFromStart(logStartOffset);
  options.snapshots.remove((offset) => offset > logEndOffset || offset < logStartOffset);
  replayProducers(segments, scanned.segments, {
    ...options,
    replicatedTo: Math.min(options.highWatermark, logEndOffset),
  });
  segments.at(-1)?.unseal();
  const flushedOffset = Math.min(logEndOffset, scanned.cutBase ?? logEndOffset);
  return { segments, logStartOffset, logEndOffset, flushedOffset };
}

/** A folder without segments is a log that has never had a record; else something has left, and a crash may bring it back. */
function makeFirst(opened: readonly Segment[], options: SegmentOptions): Segment {
  const isNew = opened.length === 0 && options.baseOffset === 0;
  return isNew ? Segment.createOnWrite(options) : Segment.create(options);
}

/** Without a checkpoint the log starts with its first segment, or within it, where the leader epochs say so. */
function derivedStart([first, second]: readonly Segment[], { entries }: LeaderEpochCache): number {
  if (first === undefined) return 0;
  const epochStart = entries[0]?.startOffset ?? first.baseOffset;
  const isWithin =
    epochStart > first.baseOffset && epochStart < (second?.baseOffset ?? Number.POSITIVE_INFINITY);
  return isWithin ? epochStart : first.baseOffset;
}

function deriveEpochs(segments: readonly Segment[], epochs: LeaderEpochCache): void {
  epochs.clear();
  for (const segment of segments) {
    scanBatches(segment, 0, (batch) => {
      epochs.assign(batch.leaderEpoch, batch.baseOffset);
      return true;
    });
  }
}

/** Clears away what a crash left half done; answers the base offsets of the segments, ascending. */
function listSegments({ disk, directory, names }: RecoveryOptions): number[] {
  const bases: number[] = [];
  for (const name of names) {
    if (name.endsWith(DELETED_SUFFIX) || name.endsWith(CLEANED_SUFFIX)) disk.remove(`${directory}/${name}`);
    const file = parseSegmentFileName(name);
    if (file?.kind === 'log') bases.push(file.baseOffset);
  }
  for (const name of names) {
    const file = parseSegmentFileName(name);
    const isIndex = file !== undefined && file.kind !== 'log' && file.kind !== 'snapshot';
    if (isIndex && !bases.includes(file.baseOffset)) disk.remove(`${directory}/${name}`);
  }
  return bases.toSorted((a, b) => a - b);
}

/** Segments that end at or before the log start were on their way out when the process stopped. */
function dropBeforeLogStart(
  segments: readonly Segment[],
  options: { readonly disk: Disk; readonly logStartOffset: number },
): Segment[] {
  return segments.filter((segment, index) => {
    const next = segments[index + 1];
    if (next === undefined || next.baseOffset > options.logStartOffset) return true;
    removeSegment(options.disk, segment);
    return false;
  });
}

/** After a clean shutdown only what cannot be right is scanned. */
function scanSuspects(segments: Segment[], options: RecoveryOptions): Scanned {
  const last = segments.at(-1);
  if (last === undefined || endsWithWholeBatch(last)) return { segments: new Set(), cutBase: undefined };
  options.logger.info('a log does not look like one that was closed, it is checked from there', {
    directory: options.directory,
    offset: last.baseOffset,
  });
  return scanFrom(segments.length - 1, segments, options);
}

function scanUnflushed(segments: Segment[], options: RecoveryOptions): Scanned {
  const after = segments.findIndex((segment) => segment.baseOffset > options.recoveryPoint);
  const first = Math.max(0, (after < 0 ? segments.length : after) - 1);
  return scanFrom(first, segments, options);
}

/** Files are missing: an empty log here would let the cluster believe that its records have been deleted. */
function refuseLoss(logEndOffset: number, { directory, recoveryPoint }: RecoveryOptions): void {
  if (logEndOffset >= recoveryPoint) return;
  throw new OperationalError(
    'CORRUPT_LOG',
    `${directory} ends at offset ${logEndOffset}, though records up to ${recoveryPoint} had been written completely: ` +
      remedyFor(directory),
    { retriable: false },
  );
}

function endsWithWholeBatch(segment: Segment): boolean {
  let end = 0;
  segment.scanFrom(Number.MAX_SAFE_INTEGER, (batch) => {
    end = batch.position + batch.sizeInBytes;
    return true;
  });
  return end === segment.sizeInBytes;
}
