import { createLoopRunner, type JobRunner } from '../../../../broker/log/cleaner/job-runner.ts';
import type { CleanerSettings } from '../../../../broker/log/cleaner/cleaner-settings.ts';
import { LogCleaner } from '../../../../broker/log/cleaner/log-cleaner.ts';
import type { Log } from '../../../../broker/log/log.ts';
import type { LogManager } from '../../../../broker/log/log-manager.ts';
import type { Environment } from '../../../../src/base/environment.ts';
import { type Logger, silentLogger } from '../../../../src/base/logger.ts';

export const CLEANER_SETTINGS: CleanerSettings = {
  threads: 1,
  mapBytesMax: 24 * 1_000,
  loadFactor: 0.9,
  readBytes: 1_024,
  bytesPerSecondMax: Number.POSITIVE_INFINITY,
  backoffMs: 15_000,
};

/** A log cleaner that is asked for each round by the test. */
export function cleanerOf(
  logManager: Pick<LogManager, 'logs' | 'writeCleanerCheckpoint' | 'applyRetention'>,
  options: {
    readonly environment: Environment;
    readonly settings?: Partial<CleanerSettings>;
    readonly logger?: Logger;
    readonly runner?: JobRunner;
  },
): LogCleaner {
  const { environment, logger = silentLogger, settings = {}, runner } = options;
  return new LogCleaner({
    environment,
    logger,
    logManager,
    settings: () => ({ ...CLEANER_SETTINGS, ...settings }),
    createRunner: () => runner ?? createLoopRunner(environment),
    onAssertion: (error) => {
      throw error;
    },
  });
}

/** Logs without a data folder around them. */
export function looseLogs(
  ...logs: readonly Log[]
): Pick<LogManager, 'logs' | 'writeCleanerCheckpoint' | 'applyRetention'> {
  return {
    logs: () => logs.values(),
    writeCleanerCheckpoint: async () => {},
    applyRetention: async () => {},
  };
}
