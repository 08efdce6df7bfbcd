import type { Environment, Timer } from '../base/environment.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { Admin } from '../client/index.ts';

/** How often the cluster is asked; well within the session timeout of a consumer. */
const PROBE_INTERVAL_MS = 5_000;
const PROBE_TIMEOUT_MS = 5_000;

/** Asks the Kafka cluster now and then whether it is there, and says in the log when that changes. */
export class KafkaHealth {
  readonly #admin: Admin;
  readonly #logger: Logger;
  readonly #timer: Timer;
  #failure: string | undefined;
  #probe: Promise<void> | undefined;

  constructor(options: {
    readonly environment: Environment;
    readonly bootstrapServers: string;
    readonly logger: Logger;
  }) {
    const { environment, bootstrapServers } = options;
    this.#logger = options.logger;
    this.#admin = new Admin({ environment, bootstrapServers, defaultApiTimeoutMs: PROBE_TIMEOUT_MS });
    this.#timer = environment.timers.every(PROBE_INTERVAL_MS, () => {
      this.#probe ??= this.#ask().finally(() => (this.#probe = undefined));
    });
  }

  /** Why the cluster does not answer; undefined while it does. */
  get failure(): string | undefined {
    return this.#failure;
  }

  async close(): Promise<void> {
    this.#timer.cancel();
    await this.#admin.close();
    await this.#probe;
  }

  async #ask(): Promise<void> {
    try {
      await this.#admin.describeCluster();
      if (this.#failure !== undefined) this.#logger.info('the Kafka cluster answers again');
      this.#failure = undefined;
    } catch (error) {
      if (this.#failure === undefined)
        this.#logger.error('the Kafka cluster does not answer', { error: messageOf(error) });
      this.#failure = `the Kafka cluster does not answer: ${messageOf(error)}`;
    }
  }
}
