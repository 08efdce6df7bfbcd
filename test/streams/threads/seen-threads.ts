import type { ServiceThread, Threads } from '../../../src/base/environment.ts';
import { nodeThreads } from '../../../src/base/io/node-threads.ts';
import type { LogFields, Logger } from '../../../src/base/logger.ts';

/** Threads that a test counts and can end, and the lines that are logged meanwhile, but for those of debugging. */
export interface SeenThreads {
  readonly threads: Threads;
  readonly started: readonly ServiceThread<never>[];
  readonly logger: Logger;
  readonly lines: readonly (LogFields & { readonly message: string })[];
}

export function seenThreads(): SeenThreads {
  const started: ServiceThread<never>[] = [];
  const lines: (LogFields & { readonly message: string })[] = [];
  const threads: Threads = {
    start: (service, handlers, limits) => {
      const thread = nodeThreads.start(service, handlers, limits);
      started.push(thread);
      return thread;
    },
  };
  const log = (message: string, fields: LogFields = {}): void => void lines.push({ ...fields, message });
  const logger: Logger = {
    ...{ debug: () => undefined, info: log, warn: log, error: log },
    child: () => logger,
  };
  return { threads, started, logger, lines };
}
