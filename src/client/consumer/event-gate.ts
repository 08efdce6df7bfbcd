import type { Environment, Timer } from '../../base/environment.ts';
import type { LoopTurns } from '../../base/loop-turns.ts';

/** A loop of polls that always finds records lets timers and sockets have their turn at least this often. */
const YIELD_AFTER_MS = 10;

/** Where a poll waits for something to happen. No event is lost between looking and waiting: they are counted. */
export class EventGate {
  readonly #environment: Environment;
  readonly #turns: LoopTurns | undefined;
  #events = 0;
  #endWait: (() => void) | undefined;
  #timer: Timer | undefined;
  #lastYieldMs = 0;

  /** @param turns where it goes on among others, of which an event wakes many. */
  constructor(environment: Environment, turns?: LoopTurns) {
    this.#environment = environment;
    this.#turns = turns;
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
        if (this.#turns === undefined) this.#goOn(resolve);
        else this.#turns.wait(() => this.#goOn(resolve));
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
      const goOn = (): void => this.#goOn(resolve);
      if (this.#turns === undefined) this.#environment.timers.defer(goOn);
      else this.#turns.wait(goOn);
    });
  }

  #goOn(resolve: () => void): void {
    this.#lastYieldMs = this.#environment.clock.monotonicMs();
    resolve();
  }
}
