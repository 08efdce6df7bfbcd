import type { SeededRandom } from '../../seeded-random.ts';
import type { WorkloadContext } from '../workload.ts';
import type { BareLines } from './bare-lines.ts';
import type { KnownCluster } from './known-cluster.ts';

/** What questions are asked with. */
export interface StrayContext extends Pick<WorkloadContext, 'cluster' | 'violate'> {
  readonly random: SeededRandom;
  readonly lines: BareLines;
  readonly known: KnownCluster;
  /** By the clock of whoever asks. */
  readonly nowMs: () => number;
}

/**
 * Asks a cluster one thing, if there is something to ask right now, and says whether there was an answer that tells anything.
 * @throws {OperationalError} where there is no answer.
 */
export type StrayQuestion = (context: StrayContext) => Promise<boolean>;
