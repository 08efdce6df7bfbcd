import type { Logger } from '../../src/base/logger.ts';
import type { Segment } from './segment.ts';

/** Records that should be in a log and are not. */
interface MissingRecords {
  readonly fromOffset: number;
  /** The first offset that is there again. */
  readonly toOffset: number;
  /** The file after which they are missing; undefined where they were at the beginning of the log. */
  readonly after: string | undefined;
}

/**
 * Finds the holes of a log: between its start and its first segment, and between two segments. Reads the last few kilobytes
 * of each closed segment. A log that Kafka's cleaner has compacted has holes of the same look.
 */
export function findMissing(segments: readonly Segment[], logStartOffset: number): readonly MissingRecords[] {
  const missing: MissingRecords[] = [];
  const [first] = segments;
  if (first !== undefined && logStartOffset < first.baseOffset) {
    missing.push({ fromOffset: logStartOffset, toOffset: first.baseOffset, after: undefined });
  }
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    if (next === undefined) break;
    const end = endOffsetOf(segment);
    if (end < next.baseOffset) {
      missing.push({ fromOffset: end, toOffset: next.baseOffset, after: segment.pathOf('log') });
    }
  }
  return missing;
}

/** Where the last whole batch of a segment ends. */
export function endOffsetOf(segment: Segment | undefined): number {
  if (segment === undefined) return 0;
  let end = segment.baseOffset;
  segment.scanFrom(Number.MAX_SAFE_INTEGER, (batch) => {
    end = batch.lastOffset + 1;
    return true;
  });
  return end;
}

/** Names what is missing. The start goes on: what is there stays readable, and readers go on behind the hole, as in Kafka. */
export function reportMissing(
  missing: readonly MissingRecords[],
  { logger, directory }: { readonly logger: Logger; readonly directory: string },
): void {
  for (const { fromOffset, toOffset, after } of missing) {
    logger.error('records are missing: a segment was removed, emptied or cut short; restore it from a copy', {
      directory,
      fromOffset,
      toOffset,
      ...(after === undefined ? {} : { after }),
    });
  }
}
