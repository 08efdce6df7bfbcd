import { OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { remedyFor } from './missing-logs.ts';
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
 * of each closed segment.
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

/**
 * A log with a hole is not served: its readers would pass over the hole without a word, and the log start of a leader becomes
 * that of all replicas, which would delete what they have. Where Kafka's cleaner has compacted the log, holes are its work;
 * ours leaves none.
 * @param options.holesTo up to there they are (`holesUpTo`).
 * @throws {OperationalError} that names what is missing, and what to do.
 */
export function refuseGaps(
  missing: readonly MissingRecords[],
  options: { readonly logger: Logger; readonly directory: string; readonly holesTo: number },
): void {
  const { logger, directory, holesTo } = options;
  const [first] = missing.filter(({ toOffset }) => toOffset > holesTo);
  if (first === undefined) {
    if (missing.length > 0)
      logger.info('a log has holes below where the log cleaner of Apache Kafka has been', {
        directory,
        holesTo,
      });
    return;
  }
  const { fromOffset, toOffset, after } = first;
  const place = after === undefined ? 'at its beginning' : `after ${after}`;
  throw new OperationalError(
    'CORRUPT_LOG',
    `records ${fromOffset} to ${toOffset - 1} of ${directory} are missing ${place}: a segment was removed, emptied or cut ` +
      `short; ${remedyFor(directory)}`,
    { retriable: false },
  );
}
