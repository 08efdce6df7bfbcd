import type { LogConfig } from './log-config.ts';
import type { Segment } from './segment.ts';

interface RetentionView {
  readonly config: LogConfig;
  readonly nowMs: number;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly highWatermark: number;
}

/**
 * How many of the oldest segments may go: by time (`retention.ms`, from a segment's largest timestamp), by size
 * (`retention.bytes`) and by log start offset. Only whole segments, none beyond the high watermark; the active one
 * counts when it holds anything.
 */
export function countToDelete(segments: readonly Segment[], view: RetentionView): number {
  const { config } = view;
  const byStart = countWhile(segments, view, (_segment, endOffset) => endOffset <= view.logStartOffset);
  if (!config.delete) return byStart;
  return Math.max(byStart, countByTime(segments, view), countBySize(segments, view));
}

function countByTime(segments: readonly Segment[], view: RetentionView): number {
  const { retentionMs } = view.config;
  if (retentionMs < 0) return 0;
  return countWhile(segments, view, (segment) => {
    const newest = segment.maxTimestamp >= 0 ? segment.maxTimestamp : segment.createdMs;
    return view.nowMs - newest > retentionMs;
  });
}

function countBySize(segments: readonly Segment[], view: RetentionView): number {
  const { retentionBytes } = view.config;
  if (retentionBytes < 0) return 0;
  let excess = -retentionBytes;
  for (const segment of segments) excess += segment.sizeInBytes;
  return countWhile(segments, view, (segment) => {
    excess -= segment.sizeInBytes;
    return excess >= 0;
  });
}

function countWhile(
  segments: readonly Segment[],
  view: RetentionView,
  isDeletable: (segment: Segment, endOffset: number) => boolean,
): number {
  let count = 0;
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    const endOffset = next?.baseOffset ?? view.logEndOffset;
    const isEmptyActive = next === undefined && segment.sizeInBytes === 0;
    if (isEmptyActive || endOffset > view.highWatermark || !isDeletable(segment, endOffset)) break;
    count++;
  }
  return count;
}
