import type { Environment } from '../../../src/base/environment.ts';
import type { GroupJob, GroupResult, JobOutcome, MapJob, MapResult } from './cleaner-job.ts';
import { runGroupJob, runMapJob } from './run-job.ts';

/** Where the jobs of cleanings run, one at a time. */
export interface JobRunner {
  buildMap(job: MapJob): Promise<JobOutcome<MapResult>>;
  cleanGroup(job: GroupJob): Promise<JobOutcome<GroupResult>>;
  /** Gives back what it holds, which the next job takes again. No job may be under way. */
  rest(): Promise<void>;
}

/** Runs jobs on the event loop, between its other work: in simulations. */
export function createLoopRunner({ clock, timers, disk }: Environment): JobRunner {
  const environment = { clock, timers, disk, isShared: true };
  return {
    buildMap: (job) => runMapJob(job, environment),
    cleanGroup: (job) => runGroupJob(job, environment),
    rest: async () => {},
  };
}
