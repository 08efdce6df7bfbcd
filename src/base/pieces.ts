import type { TimeSlice } from './time-slice.ts';

/** Work that yields wherever others of the event loop may have their turn; what it works on must not change meanwhile. */
export type InPieces<T> = Generator<undefined, T, undefined>;

/** Does the work in one piece. */
export function allAtOnce<T>(work: InPieces<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Does the work piece by piece, and lets others have their turn when a slice is over. */
export async function inTurns<T>(work: InPieces<T>, slice: TimeSlice | undefined): Promise<T> {
  if (slice === undefined) return allAtOnce(work);
  for (;;) {
    if (slice.isOver) await slice.next();
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
