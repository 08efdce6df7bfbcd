import type { Environment } from '../../base/environment.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import { SharedFetches } from '../../client/consumer/shared-fetches.ts';
import { SharedDecoding } from './shared-decoding.ts';

interface StreamsHostOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string | readonly string[];
  /** A folder of this host alone. */
  readonly stateDir: string;
  readonly clientId: string;
  readonly logger: Logger;
}

/**
 * What applications of one process have together. Each of them, its tenant, is a consumer group and a failure domain of its
 * own: it stops alone, and what one holds up holds up no other. An application without a host has all of it for itself.
 */
export class StreamsHost {
  /** What their consumers read together. */
  readonly fetches: SharedFetches;
  /** What their tasks read the records with. */
  readonly decoding = new SharedDecoding();
  readonly #life: Lifecycle;

  constructor({ environment, clientId, logger }: StreamsHostOptions) {
    this.fetches = new SharedFetches({ clientId: `${clientId}-shared-consumer` });
    this.#life = new Lifecycle('what applications share', { timers: environment.timers, logger });
    this.#life.add({ name: 'the shared fetches', close: () => this.fetches.close() });
  }

  /** To be called when all its applications are closed. */
  close(): Promise<void> {
    return this.#life.close();
  }
}
