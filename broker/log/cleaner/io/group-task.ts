import type { WorkerTask } from '../../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../../src/base/io/node-environment.ts';
import type { GroupJob, GroupResult, JobOutcome } from '../cleaner-job.ts';
import { runGroupJob } from '../run-job.ts';

/** Cleans a group of segments in a thread of its own, with the disk of this process. */
export const task: WorkerTask<GroupJob, JobOutcome<GroupResult>> = {
  module: import.meta.url,
  run: (job) => runGroupJob(job, { ...nodeEnvironment, isShared: false }),
};
