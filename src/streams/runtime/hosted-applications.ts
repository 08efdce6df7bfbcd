import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { StreamsCloseOptions } from './streams-app-options.ts';

/** An application that runs on a host. */
export interface HostedApplication {
  close(options: StreamsCloseOptions): Promise<void>;
}

/** The applications that run on a host, which closes them. */
export class HostedApplications {
  readonly #running = new Set<HostedApplication>();
  readonly #logger: Logger;
  #isClosed = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Notes an application that starts; answers how it is let go when it has ended.
   * @throws {OperationalError} `CLOSED` once the host is being closed.
   */
  join(application: HostedApplication): () => void {
    if (this.#isClosed) {
      throw new OperationalError('CLOSED', 'the host of the application is closed', { retriable: false });
    }
    this.#running.add(application);
    return () => this.#running.delete(application);
  }

  /** Closes those that still run, side by side. Never rejects: one that does not end in time is logged. */
  async close(options: StreamsCloseOptions): Promise<void> {
    this.#isClosed = true;
    const closing = [...this.#running].map((application) =>
      application.close(options).catch((error: unknown) => {
        this.#logger.warn('while closing an application', { error: messageOf(error) });
      }),
    );
    await Promise.all(closing);
  }
}
