import type { LogDurability } from './log-durability.ts';
import type { LogState } from './log-state.ts';
import { replayProducers } from './producer-replay.ts';
import { Segment } from './segment.ts';

/** Drops everything from `offset` on. */
export function truncateLog(state: LogState, durability: LogDurability, offset: number): void {
  const { segments, epochs, snapshots, producers } = state;
  if (offset >= state.logEndOffset) {
    // An epoch that has begun at the end and has no records may still be one that the leader never had.
    epochs.truncateFromEnd(offset);
    return;
  }
  if (offset <= segments.firstBaseOffset) {
    restartLog(state, durability, offset);
    return;
  }
  durability.beginTruncation(offset);
  // Newest first: what a crash leaves is then a log that was truncated less far, not one with a hole.
  while (segments.active.baseOffset >= offset) segments.removeActive();
  segments.active.unseal();
  segments.active.truncateTo(offset);
  epochs.truncateFromEnd(offset);
  snapshots.remove((candidate) => candidate > offset);
  replayProducers(segments.all, new Set(), { producers, snapshots });
  state.setEndOffset(offset);
}

/** Drops everything; the log goes on at `offset`. */
export function restartLog(state: LogState, durability: LogDurability, offset: number): void {
  const { segments, epochs, snapshots, producers } = state;
  durability.beginRestart(offset);
  segments.replaceAll(() => Segment.create(state.segmentOptions(offset)));
  snapshots.remove(() => true);
  epochs.clear();
  producers.clear();
  state.restartAt(offset);
}
