import type { EndableWorkers } from '../../src/base/environment.ts';
import { checkCleaner, cleanerSettings } from '../config/cleaner-settings.ts';
import { task as groupTask } from '../log/cleaner/io/group-task.ts';
import { task as mapTask } from '../log/cleaner/io/map-task.ts';
import { createLoopRunner, type JobRunner } from '../log/cleaner/job-runner.ts';
import { LogCleaner } from '../log/cleaner/log-cleaner.ts';
import type { MetadataQuorum } from '../controller/metadata-quorum.ts';
import type { LogCleanerMetrics } from '../server/metrics.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';

/**
 * Returns the log cleaner of a broker, with worker threads where the environment has some.
 * @throws {DiagnosticError} where it has no thread, or the memory that it may take does not go round.
 */
export function createLogCleaner(
  dependencies: BrokerDependencies,
  { quorum }: { readonly quorum: MetadataQuorum },
): LogCleaner {
  const { environment, logger, config, topology, logManager, fail: onAssertion } = dependencies;
  const { newWorkers } = environment;
  const { nodeId } = topology;
  checkCleaner(config);
  return new LogCleaner({
    environment,
    logger,
    logManager,
    onAssertion,
    settings: () => cleanerSettings({ image: quorum.image, config, nodeId }),
    createRunner: () =>
      newWorkers === undefined ? createLoopRunner(environment) : createThreadRunner(newWorkers()),
  });
}

/** The thread is there as long as there is something to clean. */
function createThreadRunner(workers: EndableWorkers): JobRunner {
  return {
    buildMap: (job) => workers.run(mapTask, job),
    cleanGroup: (job) => workers.run(groupTask, job),
    rest: () => workers.end(),
  };
}

const percentOf = (share: number): number => Math.round(share * 100);

/** What the metrics page shows of the log cleaner. */
export function logCleanerMetrics({ counts, uncleanable }: LogCleaner): LogCleanerMetrics {
  let uncleanableBytes = 0;
  for (const { sizeInBytes } of uncleanable) uncleanableBytes += sizeInBytes;
  return {
    uncleanablePartitionsCount: uncleanable.length,
    uncleanableBytes,
    maxDirtyPercent: percentOf(counts.dirtyRatioMax),
    maxBufferUtilizationPercent: percentOf(counts.mapUtilization),
    cleaningsTotal: counts.cleanings,
    failedCleaningsTotal: counts.failures,
    bytesReadTotal: counts.bytesRead,
    bytesWrittenTotal: counts.bytesWritten,
    lastCleaningTimeMs: counts.lastCleaningMs,
  };
}
