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

/**
 * As {@link runSteps}, for the things that a request names, in the middle of what is done with it. Answers a promise only where there
 * were many: of a request of few nothing comes later than it would without.
 */
export function eachInSlices<T>(
  items: Iterable<T>,
  work: (item: T) => void,
  context: Pick<RequestContext, 'hold' | 'guard'>,
  environment: { readonly clock: Clock; readonly timers: Timers },
): Promise<void> | undefined {
  const rest = items[Symbol.iterator]();
  let isOver = false;
  let onEnd = (): void => {
    isOver = true;
  };
  const next = (): boolean => {
    const { done, value } = rest.next();
    if (done === true) return false;
    work(value);
    return true;
  };
  runSteps({ next, onEnd: () => onEnd() }, context, environment);
  if (isOver) return undefined;
  return new Promise((resolve) => {
    onEnd = resolve;
  });
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
