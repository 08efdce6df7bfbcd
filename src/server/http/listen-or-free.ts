import type { Address } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { listen, type ListenOptions } from './listen.ts';

/** Where a listener is to be. */
export interface WantedAddress extends Address {
  /** Whether a free port will do where somebody else has this one. */
  readonly orFree?: boolean;
}

export interface Listening extends ListenOptions {
  readonly logger: Logger;
}

/**
 * Opens an HTTP listener, on a free port where that will do: several servers of a machine may start at once, so that it is not
 * known before who has the usual one.
 * @throws {OperationalError} `ADDRESS_IN_USE`.
 */
export async function listenOrFree(
  { host, port, orFree }: WantedAddress,
  { logger, ...options }: Listening,
): ReturnType<typeof listen> {
  try {
    return await listen({ host, port }, options);
  } catch (error) {
    const isTaken = error instanceof OperationalError && error.code === 'ADDRESS_IN_USE';
    if (!isTaken || orFree !== true) throw error;
    logger.info(`port ${port} is in use: another one is taken`, { host });
    return listen({ host, port: 0 }, options);
  }
}
