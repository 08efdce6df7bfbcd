import type { LogDurability } from './log-durability.ts';
import type { LogState } from './log-state.ts';
import { replayProducers } from './producer-replay.ts';
import { Segment } from './segment.ts';
import { copyTail } from './unrecovered.ts';

/** Drops everything from `offset` on. */
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
  durability.beginTruncation(offset);
  // Newest first: what a crash leaves is then a log that was truncated less far, not one with a hole.
  while (segments.active.baseOffset >= offset) dropActive();
  segments.active.unseal();
  segments.active.truncateTo(offset);
  epochs.truncateFromEnd(offset);
  snapshots.remove((candidate) => candidate > offset);
  replayProducers(segments.all, new Set(), { producers, snapshots });
  state.setEndOffset(offset);
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
