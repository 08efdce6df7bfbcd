import type { Environment, ThreadLimits, Threads } from '../../base/environment.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import { nodeThreads } from '../../base/io/node-threads.ts';
import type { Logger } from '../../base/logger.ts';
import { HostThread } from './host-thread.ts';
import type { SharedOptions } from './messages.ts';

/** Where threads come from, and what they may take: this process, unless a test says otherwise. */
export interface ThreadSource {
  readonly threads?: Threads;
  readonly environment?: Environment;
  readonly limits?: ThreadLimits;
}

/**
 * Makes stream threads, which start with their first application.
 * @param options.sharedOf what the applications of a thread share, by its number, the first of them 1; undefined: nothing.
 */
export function hostThreads(
  { threads = nodeThreads, environment = nodeEnvironment, limits = {} }: ThreadSource,
  options: {
    readonly count: number;
    readonly logger: Logger;
    readonly sharedOf: (thread: number) => SharedOptions | undefined;
  },
): readonly HostThread[] {
  const { count, logger, sharedOf } = options;
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    return new HostThread({ number, shared: sharedOf(number), threads, environment, limits, logger });
  });
}
