import type { Environment } from '../../../src/base/environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { SegmentDamage } from '../segment-damage.ts';
import { buildOffsetMap } from './build-offset-map.ts';
import { cleanGroup } from './clean-group.ts';
import type {
  CleanerPace,
  GroupJob,
  GroupResult,
  JobFailure,
  JobOutcome,
  MapJob,
  MapResult,
} from './cleaner-job.ts';
import { CleaningInterrupted, Pacer } from './pacer.ts';

/** Where a job runs: a thread of its own, or an event loop that others need as well. */
type JobEnvironment = Pick<Environment, 'clock' | 'timers' | 'disk'> & { readonly isShared: boolean };

export function runMapJob(job: MapJob, environment: JobEnvironment): Promise<JobOutcome<MapResult>> {
  return attempt(job.pace, environment, (pacer) => buildOffsetMap(job, environment.disk, pacer));
}

export function runGroupJob(job: GroupJob, environment: JobEnvironment): Promise<JobOutcome<GroupResult>> {
  return attempt(job.pace, environment, (pacer) => cleanGroup(job, environment.disk, pacer));
}

/** Failures are part of the answer: between threads errors lose what they are. */
async function attempt<R>(
  pace: CleanerPace,
  { clock, timers, isShared }: JobEnvironment,
  work: (pacer: Pacer) => Promise<R>,
): Promise<JobOutcome<R>> {
  try {
    return { kind: 'done', result: await work(new Pacer(pace, { clock, timers, yields: isShared })) };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): JobFailure {
  if (error instanceof CleaningInterrupted) return { kind: 'interrupted' };
  if (!(error instanceof OperationalError)) throw error;
  const { code, retriable, message: reason } = error;
  if (code !== 'CORRUPT_LOG') return { kind: 'failed', code, reason, retriable };
  const place = error instanceof SegmentDamage ? { path: error.path, position: error.position } : undefined;
  return { kind: 'damaged', reason, place };
}
