import type { LogConfig } from '../log-config.ts';

/** What the choice of a log goes by of a segment. */
interface DatedSegment {
  readonly baseOffset: number;
  readonly sizeInBytes: number;
  readonly createdMs: number;
  /** -1 where no record has a time. */
  readonly maxTimestamp: number;
  /** The largest of the first batch; undefined or -1 where there is none. */
  readonly firstTimestamp: number | undefined;
}

/** A log, as far as it decides whether it is cleaned. */
interface CompactedLog<S extends DatedSegment> {
  readonly config: LogConfig;
  /** Ascending; the last is the active one. */
  readonly segments: readonly S[];
  readonly logStartOffset: number;
  /** Up to there the log has been compacted. */
  readonly cleanedTo: number;
  /** Nothing from here on may be cleaned. */
  readonly settledOffset: number;
}

/** What a cleaning of a log would work on. */
export interface CleanablePart<S> {
  /** Sealed segments of the log, from the log start to the end of the dirty part. */
  readonly segments: readonly S[];
  readonly firstDirtyOffset: number;
  /** Where the dirty part ends. */
  readonly firstUncleanableOffset: number;
  /** Share of the bytes that are dirty, 0 to 1. */
  readonly dirtyRatio: number;
  /** A dirty record has waited for longer than `max.compaction.lag.ms`. */
  readonly isOverdue: boolean;
}

/**
 * Returns the part of a log that may be cleaned now, by Kafka's rules: never the active segment, nothing that is not decided
 * or not committed, nothing younger than `min.compaction.lag.ms`. Undefined where the log is empty up to there.
 */
export function cleanablePart<S extends DatedSegment>(
  log: CompactedLog<S>,
  nowMs: number,
): CleanablePart<S> | undefined {
  const sealed = log.segments.slice(0, -1);
  const firstDirtyOffset = Math.max(log.cleanedTo, log.logStartOffset);
  const activeOffset = log.segments.at(-1)?.baseOffset ?? 0;
  const young = firstYoungSegment(dirtySegments(sealed, firstDirtyOffset, activeOffset), log.config, nowMs);
  const firstUncleanableOffset = Math.max(
    firstDirtyOffset,
    Math.min(log.settledOffset, activeOffset, young?.baseOffset ?? activeOffset),
  );
  const segments = sealed.filter(
    ({ baseOffset }, index) =>
      baseOffset < firstUncleanableOffset &&
      (log.segments[index + 1]?.baseOffset ?? activeOffset) > log.logStartOffset,
  );
  if (firstUncleanableOffset === firstDirtyOffset) return undefined;
  const dirty = dirtySegments(sealed, firstDirtyOffset, firstUncleanableOffset);
  const dirtyBytes = bytesOf(dirty);
  const cleanBytes = bytesOf(segments.filter(({ baseOffset }) => baseOffset < firstDirtyOffset));
  if (dirtyBytes === 0) return undefined;
  return {
    segments,
    firstDirtyOffset,
    firstUncleanableOffset,
    dirtyRatio: dirtyBytes / (cleanBytes + dirtyBytes),
    isOverdue: isOverdue(dirtySegments(sealed, firstDirtyOffset, activeOffset), log.config, nowMs),
  };
}

/** Whether a part is worth a cleaning by itself. */
export function isDue(part: CleanablePart<unknown>, { minCleanableDirtyRatio }: LogConfig): boolean {
  return part.isOverdue || part.dirtyRatio > minCleanableDirtyRatio;
}

/** The sealed segments that have offsets of a range. */
function dirtySegments<S extends DatedSegment>(
  sealed: readonly S[],
  fromOffset: number,
  toOffset: number,
): readonly S[] {
  return sealed.filter(({ baseOffset }, index) => {
    const endOffset = sealed[index + 1]?.baseOffset ?? Number.POSITIVE_INFINITY;
    return baseOffset < toOffset && endOffset > fromOffset;
  });
}

function bytesOf(segments: readonly DatedSegment[]): number {
  let bytes = 0;
  for (const { sizeInBytes } of segments) bytes += sizeInBytes;
  return bytes;
}

function firstYoungSegment<S extends DatedSegment>(
  dirty: readonly S[],
  { minCompactionLagMs }: LogConfig,
  nowMs: number,
): S | undefined {
  if (minCompactionLagMs === 0) return undefined;
  return dirty.find((segment) => {
    const newestMs = segment.maxTimestamp >= 0 ? segment.maxTimestamp : segment.createdMs;
    return newestMs > nowMs - minCompactionLagMs;
  });
}

function isOverdue(
  dirty: readonly DatedSegment[],
  { maxCompactionLagMs }: LogConfig,
  nowMs: number,
): boolean {
  if (maxCompactionLagMs >= nowMs) return false;
  return dirty.some(
    ({ firstTimestamp = -1 }) => firstTimestamp > 0 && firstTimestamp < nowMs - maxCompactionLagMs,
  );
}
