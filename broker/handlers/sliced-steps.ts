import type { Clock, Timers } from '../../src/base/environment.ts';
import type { RequestContext } from '../server/request-context.ts';

/** Time after which a request that goes on lets others have their turn: making a file takes a tenth of this on a slow disk. */
const SLICE_MS = 5;

interface Steps {
  /** Does the next step; false when there was none left. */
  next(): boolean;
  /** Called once, when all are done. */
  onEnd(): void;
}

/**
 * Does the steps of a request that may have ten thousand. What takes a moment is done before the call returns; the rest is
 * done in slices, between which other connections are served. The next requests of its own connection wait, so that
 * none overtakes it. A step that throws ends the request as an error of its handler does.
 */
export function runSteps(
  steps: Steps,
  context: Pick<RequestContext, 'hold' | 'guard'>,
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
): void {
  if (runSlice(steps, clock)) {
    steps.onEnd();
    return;
  }
  const release = context.hold();
  const goOn = context.guard(() => {
    let isOver = true;
    try {
      isOver = runSlice(steps, clock);
      if (isOver) steps.onEnd();
      else timers.defer(goOn);
    } finally {
      if (isOver) release();
    }
  });
  timers.defer(goOn);
}

/** Answers whether all steps are done. */
function runSlice(steps: Steps, clock: Clock): boolean {
  // What has one step, as most requests have, does not ask for the time.
  if (!steps.next()) return true;
  let endMs = -1;
  while (steps.next()) {
    const nowMs = clock.monotonicMs();
    if (endMs < 0) endMs = nowMs + SLICE_MS;
    else if (nowMs >= endMs) return false;
  }
  return true;
}
