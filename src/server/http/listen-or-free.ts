import type { FastifyInstance } from 'fastify';
import type { Address } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import { listen } from './listen.ts';

/** Where a listener is to be. */
export interface WantedAddress extends Address {
  /** Whether a free port will do where somebody else has this one. */
  readonly orFree?: boolean;
}

interface Listening {
  readonly settings: ServerConfig;
  readonly logger: Logger;
  readonly addTo: (app: FastifyInstance) => void;
}

/**
 * Opens an HTTP listener, on a free port where that will do: several servers of a machine may start at once, so that it is not
 * known before who has the usual one.
 * @throws {OperationalError} `ADDRESS_IN_USE`.
 */
export async function listenOrFree(
  { host, port, orFree }: WantedAddress,
  { settings, logger, addTo }: Listening,
): ReturnType<typeof listen> {
  try {
    return await listen({ host, port }, settings, addTo);
  } catch (error) {
    const isTaken = error instanceof OperationalError && error.code === 'ADDRESS_IN_USE';
    if (!isTaken || orFree !== true) throw error;
    logger.info(`port ${port} is in use: another one is taken`, { host });
    return listen({ host, port: 0 }, settings, addTo);
  }
}
