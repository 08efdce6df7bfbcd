import { object, wholeNumber } from '../../base/argument-checks.ts';
import { DiagnosticError } from '../../base/errors.ts';

const anyMs = wholeNumber(-Number.MAX_SAFE_INTEGER);
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Which records of two streams meet: those of the other side with a timestamp in
 * `[timestamp - beforeMs, timestamp + afterMs]`, both ends included. Either may be negative as long as their sum is not.
 */
export class JoinWindows {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly gracePeriodMs: number;
  /**
   * Left and outer joins emit an unmatched record at once, and again when it finds a match: the factory of Kafka
   * Streams before 3.1, which ksqlDB keeps for joins without a GRACE PERIOD.
   */
  readonly eager: boolean;

  private constructor(options: {
    readonly beforeMs: number;
    readonly afterMs: number;
    readonly gracePeriodMs: number;
    readonly eager: boolean;
  }) {
    anyMs(options.beforeMs, 'beforeMs');
    anyMs(options.afterMs, 'afterMs');
    wholeNumber(0)(options.gracePeriodMs, 'gracePeriodMs');
    if (options.beforeMs + options.afterMs < 0) {
      throw new DiagnosticError({ message: 'a join window must not end before it begins' });
    }
    this.beforeMs = options.beforeMs;
    this.afterMs = options.afterMs;
    this.gracePeriodMs = options.gracePeriodMs;
    this.eager = options.eager;
  }

  static ofTimeDifferenceWithNoGrace(differenceMs: number): JoinWindows {
    return new JoinWindows({ beforeMs: differenceMs, afterMs: differenceMs, gracePeriodMs: 0, eager: false });
  }

  static ofTimeDifferenceAndGrace(options: {
    readonly differenceMs: number;
    readonly gracePeriodMs: number;
  }): JoinWindows {
    object(options, 'options');
    const { differenceMs, gracePeriodMs } = options;
    return new JoinWindows({ beforeMs: differenceMs, afterMs: differenceMs, gracePeriodMs, eager: false });
  }

  /** Kafka Streams' deprecated `JoinWindows.of`: {@link JoinWindows.eager}, with a day of grace less the window. */
  static of(differenceMs: number): JoinWindows {
    wholeNumber(0)(differenceMs, 'differenceMs');
    const gracePeriodMs = Math.max(DAY_MS - 2 * differenceMs, 0);
    return new JoinWindows({ beforeMs: differenceMs, afterMs: differenceMs, gracePeriodMs, eager: true });
  }

  before(beforeMs: number): JoinWindows {
    return this.#with({ beforeMs });
  }

  after(afterMs: number): JoinWindows {
    return this.#with({ afterMs });
  }

  /** The same windows with another grace period; an {@link JoinWindows.eager} join stays eager. */
  grace(gracePeriodMs: number): JoinWindows {
    return this.#with({ gracePeriodMs });
  }

  get sizeMs(): number {
    return this.beforeMs + this.afterMs;
  }

  #with(change: {
    readonly beforeMs?: number;
    readonly afterMs?: number;
    readonly gracePeriodMs?: number;
  }): JoinWindows {
    const { beforeMs, afterMs, gracePeriodMs, eager } = this;
    return new JoinWindows({ beforeMs, afterMs, gracePeriodMs, eager, ...change });
  }
}
