import type { Environment } from '../../base/environment.ts';
import { RestartBackoff } from '../../base/restart-backoff.ts';

/** The first loop that fails is replaced at once, as in Kafka Streams: most failures are over when they are told. */
const PAUSES = { firstMs: 0, initialMs: 100, maxMs: 10_000, settledMs: 10_000 } as const;
/** What does not even start, since the cluster is away or a topic is missing. */
const START_AGAIN_MS = 1_000;

/**
 * How long an application waits before it replaces a processing loop that has failed: what one record makes fail makes the next
 * loop fail too, and each of them joins the group. The pause doubles with each failure, and is none again when a loop has
 * processed for ten seconds.
 */
export class ReplacementPauses {
  readonly #environment: Pick<Environment, 'clock' | 'random' | 'timers'>;
  readonly #backoff: RestartBackoff;
  #isRunning = false;
  #isEnded = false;
  #end: () => void = () => undefined;

  constructor(environment: Pick<Environment, 'clock' | 'random' | 'timers'>) {
    this.#environment = environment;
    this.#backoff = new RestartBackoff(PAUSES, environment);
  }

  /** Says that the loop has its tasks and processes: joining the group, which may take long, counts for nothing. */
  running(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#backoff.started();
  }

  /** How long to wait after this failure, in milliseconds. */
  pauseAfter(error: unknown, { hasStarted }: { readonly hasStarted: boolean }): number {
    if (!hasStarted) return START_AGAIN_MS;
    if (!this.#isRunning) this.#backoff.started();
    this.#isRunning = false;
    return this.#backoff.delayAfter(error);
  }

  /** Waits so long, or until {@link end}. */
  wait(pauseMs: number): Promise<void> {
    if (pauseMs === 0 || this.#isEnded) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#environment.timers.after(pauseMs, resolve);
      this.#end = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** Ends the pause that is under way, and has no more of them: the application is being closed. */
  end(): void {
    this.#isEnded = true;
    this.#end();
  }
}
