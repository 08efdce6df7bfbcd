import type { Clock, Timers } from '../../src/base/environment.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';
import type { RequestContext } from '../server/request-context.ts';

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
  environment: { readonly clock: Clock; readonly timers: Timers },
): void {
  if (runSlice(steps, environment)) {
    steps.onEnd();
    return;
  }
  const release = context.hold();
  const goOn = context.guard(() => {
    let isOver = true;
    try {
      isOver = runSlice(steps, environment);
      if (isOver) steps.onEnd();
      else environment.timers.defer(goOn);
    } finally {
      if (isOver) release();
    }
  });
  environment.timers.defer(goOn);
}

/** Answers whether all steps are done. */
function runSlice(steps: Steps, environment: { readonly clock: Clock; readonly timers: Timers }): boolean {
  // What has one step, as most requests have, does not ask for the time.
  if (!steps.next()) return true;
  let slice: TimeSlice | undefined;
  while (steps.next()) {
    if (slice === undefined) slice = new TimeSlice(environment);
    else if (slice.isOver) return false;
  }
  return true;
}
