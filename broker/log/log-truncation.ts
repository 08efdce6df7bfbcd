import type { LogDurability } from './log-durability.ts';
import type { LogState } from './log-state.ts';
import { replayProducers } from './producer-replay.ts';
import { Segment } from './segment.ts';
import { copyTail } from './unrecovered.ts';

/** Drops everything from `offset` on, and the batch that contains it: the log ends with what is before. */
export function truncateLog(state: LogState, durability: LogDurability, offset: number): void {
  cutLog(state, durability, { offset, dropActive: () => state.segments.removeActive() });
}

/**
 * As {@link truncateLog}, and keeps what is taken away: whole segments under another name, the end of the one that is cut as
 * a copy. When the disk refuses the copy, the log is as it was.
 * @returns the paths of what was kept.
 */
export function truncateKeeping(
  state: LogState,
  durability: LogDurability,
  offset: number,
): readonly string[] {
  const { environment, segments } = state;
  const kept: string[] = [];
  if (offset >= state.logEndOffset) return kept;
  if (offset > segments.firstBaseOffset) {
    const cut = segments.at(segments.indexOf(offset));
    const position = cut?.positionOf(offset) ?? 0;
    if (cut !== undefined && cut.baseOffset < offset && position < cut.sizeInBytes)
      kept.push(copyTail(environment.disk, cut, position));
  }
  const dropActive = (): void => {
    const path = segments.setActiveAside();
    if (path !== undefined) kept.push(path);
  };
  cutLog(state, durability, { offset, dropActive });
  return kept;
}

interface Cut {
  readonly offset: number;
  /** Takes the newest segment out of the log. */
  readonly dropActive: () => void;
}

function cutLog(state: LogState, durability: LogDurability, { offset, dropActive }: Cut): void {
  const { segments, epochs, snapshots, producers } = state;
  if (offset >= state.logEndOffset) {
    // An epoch that has begun at the end and has no records may still be one that the leader never had.
    epochs.truncateFromEnd(offset);
    return;
  }
  if (offset <= segments.firstBaseOffset) {
    restart(state, durability, { offset, dropActive });
    return;
  }
  const endOffset = endBefore(state, offset);
  durability.beginTruncation(endOffset);
  // Newest first: what a crash leaves is then a log that was truncated less far, not one with a hole.
  while (segments.active.baseOffset >= offset) dropActive();
  segments.active.unseal();
  segments.active.truncateTo(endOffset);
  epochs.truncateFromEnd(endOffset);
  snapshots.remove((candidate) => candidate > endOffset);
  const replicatedTo = Math.min(state.highWatermark, endOffset);
  replayProducers(segments.all, new Set(), { producers, snapshots, replicatedTo });
  state.setEndOffset(endOffset);
}

/**
 * Where the last batch ends that stays when a log is cut at `offset`: before it, where that lies within a batch, or where a
 * batch was not where it should have been, which its checksum does not tell. The log ends there, as the next start will find. A
 * replica that went on at `offset` would never have what is missing, and be taken for one that has everything. Records below
 * the log start are not missing.
 */
function endBefore({ segments, logStartOffset }: LogState, offset: number): number {
  const segment = segments.all.findLast(({ baseOffset }) => baseOffset < offset);
  let end = segment?.baseOffset ?? offset;
  segment?.scanFrom(offset - 1, (batch) => {
    if (batch.lastOffset >= offset) return false;
    end = batch.lastOffset + 1;
    return true;
  });
  return Math.max(end, Math.min(offset, logStartOffset));
}

/** Drops everything; the log goes on at `offset`. */
export function restartLog(state: LogState, durability: LogDurability, offset: number): void {
  restart(state, durability, { offset, dropActive: () => state.segments.removeActive() });
}

function restart(state: LogState, durability: LogDurability, { offset, dropActive }: Cut): void {
  const { segments, epochs, snapshots, producers } = state;
  durability.beginRestart(offset);
  segments.replaceAll(() => Segment.create(state.segmentOptions(offset)), dropActive);
  snapshots.remove(() => true);
  epochs.clear();
  producers.clear();
  state.restartAt(offset);
}
