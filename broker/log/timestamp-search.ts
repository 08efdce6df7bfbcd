import { DecompressedTooLargeError } from '../../src/protocol/compression/corrupt.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../src/protocol/records/decode-batch.ts';
import type { BatchInfo } from './batch-info.ts';
import type { TimestampedOffset } from './read-result.ts';
import type { Segment } from './segment.ts';
import { SegmentDamage } from './segment-damage.ts';
import { UNDAMAGED } from './segment-scan.ts';

/** What may be decompressed on the event loop: about two milliseconds, whatever the codec. */
const LOOP_BYTES_MAX = 1024 * 1024;

/** A batch that may hold what is looked for, and takes too long to look into on the event loop. */
export class LargeBatch {
  readonly bytes: Buffer;
  readonly leaderEpoch: number;
  readonly nextOffset: number;

  constructor(bytes: Buffer, { leaderEpoch, lastOffset }: BatchInfo) {
    this.bytes = bytes;
    this.leaderEpoch = leaderEpoch;
    this.nextOffset = lastOffset + 1;
  }
}

/**
 * The first record from `fromOffset` on with a time of at least `timestamp`. Times beyond 2^53 are compared as the nearest
 * numbers: those of nanoseconds of today to 256 of them.
 */
export interface TimestampTarget {
  readonly timestamp: number;
  readonly fromOffset: number;
}

/**
 * The first record at or after a timestamp: the first segment that has one, from there by time index and offset index
 * to the first batch that has one, and within it record by record. Timestamps need not ascend.
 * @throws {SegmentDamage}
 */
export function findOffsetForTimestamp(
  segments: readonly Segment[],
  target: TimestampTarget,
): TimestampedOffset | LargeBatch | null {
  const { timestamp, fromOffset } = target;
  for (const segment of segments) {
    if (segment.maxTimestamp < timestamp) continue;
    const start = Math.max(segment.searchStart(timestamp), fromOffset);
    let found: TimestampedOffset | LargeBatch | null = null;
    const damagedAt = segment.scanFrom(start, (batch) => {
      if (batch.maxTimestamp >= timestamp && batch.lastOffset >= fromOffset) {
        found = firstRecord(segment, batch, target);
      }
      return found === null;
    });
    if (found !== null) return found;
    // What was asked for may lie behind the damage, or in it.
    if (damagedAt !== UNDAMAGED) throw new SegmentDamage(segment.pathOf('log'), damagedAt);
  }
  return null;
}

/** The largest timestamp of the log; undefined where it is empty. */
export function maxTimestampOf(segments: readonly Segment[]): number | undefined {
  let latest: Segment | undefined;
  for (const segment of segments) {
    if (segment.maxTimestamp > (latest?.maxTimestamp ?? -1)) latest = segment;
  }
  return latest?.maxTimestamp;
}

function firstRecord(
  segment: Segment,
  batch: BatchInfo,
  { timestamp, fromOffset }: TimestampTarget,
): TimestampedOffset | LargeBatch | null {
  const bytes = Buffer.allocUnsafe(batch.sizeInBytes);
  segment.readAt(bytes, batch.position, bytes.length);
  let iterator: RecordIterator;
  try {
    iterator = new RecordIterator(new BatchView(bytes), { decompressedBytesMax: LOOP_BYTES_MAX });
  } catch (error) {
    if (error instanceof DecompressedTooLargeError) return new LargeBatch(bytes, batch);
    throw error;
  }
  while (iterator.next()) {
    if (iterator.timestamp >= timestamp && iterator.offset >= fromOffset) {
      return { offset: iterator.offset, timestamp: iterator.exactTimestamp, leaderEpoch: batch.leaderEpoch };
    }
  }
  return null;
}
