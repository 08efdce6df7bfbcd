import type { LogConfig } from './log-config.ts';
import type { Segment } from './segment.ts';

/** What is about to be appended. */
interface Incoming {
  readonly bytes: number;
  readonly batches: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
}

/** Indexes hold offsets relative to the segment's base in an int32. */
const RELATIVE_OFFSET_MAX = 2 ** 31 - 1;

/**
 * Whether a new segment has to begin first: the active one would pass `segment.bytes`, one of its indexes would pass
 * `segment.index.bytes`, an offset would not fit into its indexes, or it is older than `segment.ms`, of a compacted log also
 * than `max.compaction.lag.ms`: the active segment is never compacted.
 */
export function mustRoll(active: Segment, incoming: Incoming, config: LogConfig, nowMs: number): boolean {
  if (active.sizeInBytes === 0) return false;
  return (
    active.sizeInBytes + incoming.bytes > config.segmentBytes ||
    active.isIndexFull(config.segmentIndexBytes, incoming.batches) ||
    incoming.lastOffset - active.baseOffset > RELATIVE_OFFSET_MAX ||
    ageMs(active, incoming, nowMs) > segmentMsMax(config) - config.segmentJitterMs
  );
}

function segmentMsMax({ compact, maxCompactionLagMs, segmentMs }: LogConfig): number {
  return compact ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs;
}

/** In time of the records where they have timestamps, else of the clock. */
function ageMs(active: Segment, incoming: Incoming, nowMs: number): number {
  const first = active.firstTimestamp;
  if (first !== undefined && first >= 0 && incoming.maxTimestamp >= 0) return incoming.maxTimestamp - first;
  return nowMs - active.createdMs;
}
