import type { Disk } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { BatchOrder } from './batch-order.ts';
import type { EpochEntry, LeaderEpochCache } from './leader-epoch-cache.ts';
import { remedyFor } from './missing-logs.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { Segment } from './segment.ts';
import { removeSegment } from './segment-removal.ts';
import { scanValidBatches } from './segment-scan.ts';
import { saveTail, setSegmentAside } from './unrecovered.ts';

export interface ScanOptions {
  readonly disk: Disk;
  readonly logger: Logger;
  readonly directory: string;
  readonly recoveryPoint: number;
  readonly hadCleanShutdown: boolean;
  readonly epochs: LeaderEpochCache;
  readonly snapshots: ProducerSnapshots;
}

export interface Scanned {
  readonly segments: ReadonlySet<Segment>;
  /** Base offset of the segment that lost its tail. */
  readonly cutBase: number | undefined;
}

/** Checks every batch from a segment on; removes from `segments` and the disk what cannot stay. */
export function scanFrom(first: number, segments: Segment[], options: ScanOptions): Scanned {
  const { epochs, disk, logger, directory } = options;
  const scanned = new Set<Segment>();
  let cutBase: number | undefined;
  let expectedBase = segments[first]?.baseOffset ?? 0;
  let leaderEpoch = -1;
  // What snapshots and the epoch checkpoint say of batches that are not trusted is learned anew from those that stay.
  const trustedOffset = expectedBase;
  const declared = epochs.entries;
  epochs.truncateFromEnd(trustedOffset);
  for (let index = first; index < segments.length; index++) {
    const segment = segments[index] as Segment;
    // A hole, an overlap: the segment before lost its tail, and so the log ends there. Not where that had been written
    // completely: then a file has got lost, and what comes after it is as good as ever.
    if (segment.baseOffset > expectedBase && isWritten(expectedBase, options))
      expectedBase = segment.baseOffset;
    let intact = segment.baseOffset === expectedBase;
    if (intact) {
      const size = segment.sizeInBytes;
      const valid = scanSegment(segment, {
        epochs,
        declared,
        leaderEpoch,
        endOffset: segments[index + 1]?.baseOffset,
      });
      expectedBase = valid.endOffset;
      leaderEpoch = valid.leaderEpoch;
      if (valid.bytes < size) {
        refuseDamage(segment, { offset: expectedBase, position: valid.bytes }, options);
        const kept = saveTail(disk, segment, valid.bytes);
        logger.warn('the end of a log was torn and has been cut', {
          directory,
          offset: expectedBase,
          bytes: size - valid.bytes,
          ...(kept === undefined ? {} : { kept }),
        });
        segment.cutAt(valid.bytes);
        intact = false;
      }
      segment.saveIndexes();
      scanned.add(segment);
    }
    if (!intact) {
      cutBase = scanned.has(segment) ? segment.baseOffset : segments[index - 1]?.baseOffset;
      const from = scanned.has(segment) ? index + 1 : index;
      setAllAside(segments.splice(from), options);
    }
  }
  options.snapshots.remove((offset) => offset > trustedOffset);
  return { segments: scanned, cutBase };
}

interface SegmentScan {
  readonly epochs: LeaderEpochCache;
  /** The epochs that the checkpoint knows. */
  readonly declared: readonly EpochEntry[];
  /** Of the batch before the segment, -1 where none is known. */
  readonly leaderEpoch: number;
  /** Where the next segment begins. */
  readonly endOffset: number | undefined;
}

/** The beginning of a segment that can be believed. */
interface ValidPart {
  readonly bytes: number;
  /** Where its last batch ends. */
  readonly endOffset: number;
  /** Of its last batch. */
  readonly leaderEpoch: number;
}

/**
 * Checks every batch of a segment, and makes its indexes and its epochs anew from those that are valid and in order.
 * @param limit a batch that begins there is not believed.
 */
function scanSegment(segment: Segment, scan: SegmentScan, limit = Number.POSITIVE_INFINITY): ValidPart {
  const { epochs, leaderEpoch, declared, endOffset } = scan;
  const { baseOffset } = segment;
  const order = new BatchOrder({ startOffset: baseOffset, leaderEpoch, endOffset, declared });
  segment.resetIndexes();
  const bytes = scanValidBatches(segment, (batch) => {
    if (batch.position >= limit || !order.accept(batch)) return false;
    segment.index(batch);
    epochs.assign(batch.leaderEpoch, batch.baseOffset);
    return true;
  });
  if (bytes === segment.sizeInBytes) order.end();
  if (order.doubtful === undefined || limit < segment.sizeInBytes)
    return { bytes, endOffset: order.nextOffset, leaderEpoch: order.leaderEpoch };
  epochs.truncateFromEnd(baseOffset);
  return scanSegment(segment, scan, order.doubtful);
}

/** After a power loss that is how it is: a later segment may have reached the disk before an earlier one. */
export function setAllAside(
  segments: readonly Segment[],
  { disk, logger, directory, hadCleanShutdown }: ScanOptions,
): void {
  const level = hadCleanShutdown ? 'error' : 'warn';
  for (const segment of segments.toReversed()) {
    if (segment.sizeInBytes === 0) {
      removeSegment(disk, segment);
      continue;
    }
    const file = setSegmentAside(disk, segment);
    logger[level]('a segment is not part of its log any more and is kept aside', {
      directory,
      offset: segment.baseOffset,
      file,
    });
  }
}

/**
 * What a crash can tear is cut away. What had been synced, or closed, was damaged by something else, and cutting there
 * would destroy records that were acknowledged: here, and as a leader on the followers too. That is not ours to decide.
 * Nothing on the disk has been changed by now that the next start could miss.
 */
function refuseDamage(
  segment: Segment,
  at: { readonly offset: number; readonly position: number },
  options: ScanOptions,
): void {
  if (!isWritten(at.offset, options)) return;
  throw new OperationalError(
    'CORRUPT_LOG',
    `${segment.pathOf('log')} is damaged at byte ${at.position} (offset ${at.offset}), though it had been written ` +
      `completely: ${remedyFor(options.directory)}`,
    { retriable: false },
  );
}

/** What is at `offset` had been synced, or its log closed: a crash does nothing to it. */
function isWritten(offset: number, { hadCleanShutdown, recoveryPoint }: ScanOptions): boolean {
  return hadCleanShutdown || offset < recoveryPoint;
}
