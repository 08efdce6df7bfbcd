import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LoopDelay } from '../environment.ts';

const RESOLUTION_MS = 10;
const NANOSECONDS_PER_MS = 1_000_000;

/** Measures how late the event loop of this process is; libuv does it, beside what JavaScript does. */
export function watchEventLoop(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    takeMaxMs() {
      const maxMs = histogram.count === 0 ? 0 : histogram.max / NANOSECONDS_PER_MS - RESOLUTION_MS;
      histogram.reset();
      return Math.max(0, maxMs);
    },
    close: () => void histogram.disable(),
  };
}
