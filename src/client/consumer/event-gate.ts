import type { Environment, Timer } from '../../base/environment.ts';

/** A loop of polls that always finds records lets timers and sockets have their turn at least this often. */
const YIELD_AFTER_MS = 10;

/** Where a poll waits for something to happen. No event is lost between looking and waiting: they are counted. */
export class EventGate {
  readonly #environment: Environment;
  #events = 0;
  #endWait: (() => void) | undefined;
  #timer: Timer | undefined;
  #lastYieldMs = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Events so far: to be noted before looking for work, and given to {@link wait} after. */
  get events(): number {
    return this.#events;
  }

  notify(): void {
    this.#events++;
    this.#endWait?.();
  }

  /** Resolves at the next event, at once if there has been one since `events`, or when the time is up. */
  wait(timeoutMs: number, events: number): Promise<void> {
    if (this.#events !== events) return this.#yield();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#endWait = undefined;
        this.#timer?.cancel();
        this.#lastYieldMs = this.#environment.clock.monotonicMs();
        resolve();
      };
      this.#endWait = end;
      this.#timer = this.#environment.timers.after(Math.ceil(timeoutMs), end);
    });
  }

  /** A promise to await if the event loop has not had its turn for a while. */
  yieldIfDue(): Promise<void> | undefined {
    const sinceMs = this.#environment.clock.monotonicMs() - this.#lastYieldMs;
    return sinceMs > YIELD_AFTER_MS ? this.#yield() : undefined;
  }

  #yield(): Promise<void> {
    return new Promise((resolve) => {
      this.#environment.timers.defer(() => {
        this.#lastYieldMs = this.#environment.clock.monotonicMs();
        resolve();
      });
    });
  }
}
