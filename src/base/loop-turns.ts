import type { Timers } from './environment.ts';
import { Queue } from './queue.ts';

/**
 * Where loops go on that share an event loop: one in each turn of it, in the order in which they have asked. A hundred of them that
 * went on in one turn, with ten milliseconds of work each, would keep messages, answers and timers waiting for a second.
 */
export class LoopTurns {
  readonly #timers: Pick<Timers, 'defer'>;
  readonly #waiting = new Queue<() => void>();
  #isDeferred = false;

  constructor(timers: Pick<Timers, 'defer'>) {
    this.#timers = timers;
  }

  /** Calls back, once, in a later turn of the event loop. */
  wait(callback: () => void): void {
    this.#waiting.push(callback);
    this.#deferOnce();
  }

  #deferOnce(): void {
    if (this.#isDeferred || this.#waiting.length === 0) return;
    this.#isDeferred = true;
    this.#timers.defer(this.#run);
  }

  readonly #run = (): void => {
    this.#isDeferred = false;
    const callback = this.#waiting.shift();
    // What is deferred now comes in the next turn: this one is for whoever is called back, and what it goes on to do.
    this.#deferOnce();
    callback?.();
  };
}
