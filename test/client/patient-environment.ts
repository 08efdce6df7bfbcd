import type { Environment, Timer, Timers } from '../../src/base/environment.ts';
import { nodeEnvironment } from '../../src/client/index.ts';

interface Due {
  atMs: number;
  readonly everyMs: number | undefined;
  readonly callback: () => void;
}

/**
 * Node's environment, but for its time: it goes on by one millisecond per turn of the event loop, and only while somebody
 * waits for it. A process that the machine keeps from running is late for nothing, so short limits can be tested with
 * real sockets on any machine.
 */
export function patientEnvironment(): Environment {
  const time = new PatientTime();
  const startMs = nodeEnvironment.clock.nowMs();
  return {
    ...nodeEnvironment,
    clock: { nowMs: () => startMs + time.nowMs, monotonicMs: () => time.nowMs },
    timers: time,
  };
}

class PatientTime implements Timers {
  nowMs = 0;
  readonly #due = new Set<Due>();
  #ticking = false;

  after(delayMs: number, callback: () => void): Timer {
    return this.#add({ atMs: this.nowMs + Math.max(1, delayMs), everyMs: undefined, callback });
  }

  every(intervalMs: number, callback: () => void): Timer {
    const everyMs = Math.max(1, intervalMs);
    return this.#add({ atMs: this.nowMs + everyMs, everyMs, callback });
  }

  defer(callback: () => void): void {
    nodeEnvironment.timers.defer(callback);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        timer.cancel();
        reject(signal?.reason as Error);
      };
      const timer = this.after(delayMs, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  #add(due: Due): Timer {
    this.#due.add(due);
    if (!this.#ticking) this.#tick();
    return { cancel: () => void this.#due.delete(due) };
  }

  /** Sleeps a millisecond, in which sockets are read and written, and calls whose time has come. */
  #tick(): void {
    this.#ticking = true;
    setTimeout(() => {
      this.nowMs += 1;
      const late = [...this.#due].filter(({ atMs }) => atMs <= this.nowMs);
      for (const due of late.toSorted((a, b) => a.atMs - b.atMs)) {
        // One that came before it may have cancelled it.
        if (!this.#due.has(due)) continue;
        if (due.everyMs === undefined) this.#due.delete(due);
        else due.atMs += due.everyMs;
        due.callback();
      }
      if (this.#due.size === 0) this.#ticking = false;
      else this.#tick();
    }, 1);
  }
}
