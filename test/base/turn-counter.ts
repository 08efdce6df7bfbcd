import type { Clock, Timers } from '../../src/base/environment.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';

/** An event loop whose clock goes on whenever somebody looks at it; it counts the turns that others were given. */
export class TurnCounter {
  count = 0;
  onTurn: () => void = () => undefined;
  #nowMs = 0;
  readonly #stepMs: number;

  /** @param stepMs by how much the clock goes on. */
  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  get environment(): { readonly clock: Clock; readonly timers: Timers } {
    const now = (): number => (this.#nowMs += this.#stepMs);
    const { timers } = nodeEnvironment;
    return {
      clock: { nowMs: now, monotonicMs: now },
      timers: {
        after: timers.after.bind(timers),
        every: timers.every.bind(timers),
        sleep: timers.sleep.bind(timers),
        defer: (callback) => {
          this.count += 1;
          this.onTurn();
          timers.defer(callback);
        },
      },
    };
  }
}
