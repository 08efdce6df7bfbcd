import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../src/protocol/records/decode-batch.ts';
import type { BatchInfo } from './batch-info.ts';
import type { TimestampedOffset } from './read-result.ts';
import type { Segment } from './segment.ts';
import { SegmentDamage } from './segment-damage.ts';
import { UNDAMAGED } from './segment-scan.ts';

/**
 * The first record at or after a timestamp: the first segment that has one, from there by time index and offset index
 * to the first batch that has one, and within it record by record. Timestamps need not ascend.
 * @throws {SegmentDamage}
 */
export function findOffsetForTimestamp(
  segments: readonly Segment[],
  target: { readonly timestamp: number; readonly logStartOffset: number },
): TimestampedOffset | null {
  const { timestamp, logStartOffset } = target;
  for (const segment of segments) {
    if (segment.maxTimestamp < timestamp) continue;
    const start = Math.max(segment.searchStart(timestamp), logStartOffset);
    let found: TimestampedOffset | null = null;
    const damagedAt = segment.scanFrom(start, (batch) => {
      if (batch.maxTimestamp >= timestamp && batch.lastOffset >= logStartOffset) {
        found = firstRecord(segment, batch, (at, offset) => at >= timestamp && offset >= logStartOffset);
      }
      return found === null;
    });
    if (found !== null) return found;
    // What was asked for may lie behind the damage, or in it.
    if (damagedAt !== UNDAMAGED) throw new SegmentDamage(segment.pathOf('log'), damagedAt);
  }
  return null;
}

/** The first record that carries the largest timestamp of the log. */
export function findOffsetOfMaxTimestamp(
  segments: readonly Segment[],
  logStartOffset: number,
): TimestampedOffset | null {
  let latest: Segment | undefined;
  for (const segment of segments) {
    if (segment.maxTimestamp > (latest?.maxTimestamp ?? -1)) latest = segment;
  }
  if (latest === undefined) return null;
  return findOffsetForTimestamp([latest], { timestamp: latest.maxTimestamp, logStartOffset });
}

function firstRecord(
  segment: Segment,
  batch: BatchInfo,
  matches: (timestamp: number, offset: number) => boolean,
): TimestampedOffset | null {
  const bytes = Buffer.allocUnsafe(batch.sizeInBytes);
  segment.readAt(bytes, batch.position, bytes.length);
  const iterator = new RecordIterator(new BatchView(bytes));
  while (iterator.next()) {
    if (matches(iterator.timestamp, iterator.offset)) {
      return { offset: iterator.offset, timestamp: iterator.timestamp, leaderEpoch: batch.leaderEpoch };
    }
  }
  return null;
}
