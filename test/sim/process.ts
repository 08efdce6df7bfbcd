import type {
  Clock,
  Disk,
  Environment,
  Network,
  Timer,
  Timers,
  Workers,
} from '../../src/base/environment.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { WallClock } from './wall-clock.ts';

/** The longest that a task of a worker thread takes here. */
const WORKER_MS_MAX = 50;
/** A timer rings up to so much later: what is due at the same moment happens in any order. */
const TIMER_LATE_MS_MAX = 0.2;

/**
 * One life of a process on a simulated host, as its environment. When it ends, its timers never fire, its promises never
 * resolve and its disk refuses: code that belongs to it simply stops.
 */
export class Process implements Environment {
  readonly name: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: SeededRandom;
  readonly workers: Workers;
  readonly #scheduler: Scheduler;
  #disk: Disk | undefined;
  #network: Network | undefined;
  #isAlive = true;
  /** What would have happened since it was suspended; undefined: it runs. */
  #heldUp: (() => void)[] | undefined;

  constructor(
    scheduler: Scheduler,
    options: { readonly name: string; readonly random: SeededRandom; readonly wallClock: WallClock },
  ) {
    this.#scheduler = scheduler;
    this.name = options.name;
    this.random = options.random;
    this.clock = {
      nowMs: () => options.wallClock.nowMs(),
      monotonicMs: () => scheduler.nowMs,
    };
    this.timers = this.#makeTimers(options.random.fork('timers'));
    const ofWorkers = options.random.fork('workers');
    this.workers = {
      run: async (task, input) => {
        await this.pause(ofWorkers.float() * WORKER_MS_MAX, 'a worker');
        return task.run(input);
      },
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get disk(): Disk {
    if (this.#disk === undefined) throw new Error('the process has no disk yet');
    return this.#disk;
  }

  get network(): Network {
    if (this.#network === undefined) throw new Error('the process has no network yet');
    return this.#network;
  }

  attach(parts: { readonly disk: Disk; readonly network: Network }): void {
    this.#disk = parts.disk;
    this.#network = parts.network;
  }

  stop(): void {
    this.#isAlive = false;
  }

  get isSuspended(): boolean {
    return this.#heldUp !== undefined;
  }

  /** Nothing of it runs any more, as after SIGSTOP: timers that are due and bytes that arrive wait for {@link resume}. */
  suspend(): void {
    this.#heldUp ??= [];
  }

  resume(): void {
    const heldUp = this.#heldUp ?? [];
    this.#heldUp = undefined;
    for (const callback of heldUp) this.later(0, '', callback);
  }

  /** Runs `callback` after `delayMs` if the process still lives then. */
  later(delayMs: number, what: string, callback: () => void): Timer {
    return this.#scheduler.schedule(delayMs, this.name, what, () => this.run(callback));
  }

  /** Runs code of this process, if it lives; later, if it is suspended. What is thrown because the power went in the middle of it nobody sees. */
  run(callback: () => void): void {
    if (!this.#isAlive) return;
    if (this.#heldUp !== undefined) {
      this.#heldUp.push(callback);
      return;
    }
    try {
      callback();
    } catch (error) {
      if (this.#isAlive) throw error;
    }
  }

  /** Resolves after `delayMs`, never in a dead process. */
  pause(delayMs: number, what: string): Promise<void> {
    return new Promise((resolve) => this.later(delayMs, what, resolve));
  }

  #makeTimers(random: SeededRandom): Timers {
    const about = (delayMs: number, callback: () => void): Timer => {
      let isCancelled = false;
      // One that was due while the process was suspended may be cancelled yet, by what comes before it.
      const ring = (): void => {
        if (!isCancelled) callback();
      };
      const lateMs = random.float() * TIMER_LATE_MS_MAX;
      const timer = this.#scheduler.schedule(Math.max(0, delayMs) + lateMs, this.name, '', () =>
        this.run(ring),
      );
      return {
        cancel: () => {
          isCancelled = true;
          timer.cancel();
        },
      };
    };
    return {
      after: about,
      every(intervalMs, callback) {
        let timer: Timer;
        const next = (): void => {
          timer = about(intervalMs, () => {
            next();
            callback();
          });
        };
        next();
        return { cancel: () => timer.cancel() };
      },
      defer: (callback) => void this.later(0, '', callback),
      sleep: (delayMs, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) {
            reject(signal.reason as Error);
            return;
          }
          const onAbort = (): void => {
            timer.cancel();
            reject(signal?.reason as Error);
          };
          const timer = about(delayMs, () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          });
          signal?.addEventListener('abort', onAbort, { once: true });
        }),
    };
  }
}
