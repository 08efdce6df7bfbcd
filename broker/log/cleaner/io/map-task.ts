import type { WorkerTask } from '../../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../../src/base/io/node-environment.ts';
import type { JobOutcome, MapJob, MapResult } from '../cleaner-job.ts';
import { runMapJob } from '../run-job.ts';

/** Does the first pass of a cleaning in a thread of its own, with the disk of this process. */
export const task: WorkerTask<MapJob, JobOutcome<MapResult>> = {
  module: import.meta.url,
  run: (job) => runMapJob(job, { ...nodeEnvironment, isShared: false }),
};
