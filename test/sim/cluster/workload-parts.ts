import { BatonGroup } from './baton-group.ts';
import { CompactedTopics } from './compacted/compacted-topics.ts';
import { InternalTopics } from './compacted/internal-topics.ts';
import { Ledger } from './ledger.ts';
import { Records } from './records.ts';
import { Recreating } from './recreating.ts';
import { Transactions } from './transactions/transactions.ts';
import { Transforming } from './transforming/transforming.ts';
import { Trimming } from './trimming.ts';
import { WatermarkProbe } from './watermark-probe.ts';
import type { Workload, WorkloadContext } from './workload.ts';

const RECREATORS = 2;
/** How often a run has each of the parts that not all of them have. */
const SHARE = 0.5;

/** What the clients of a cluster do: some of it in each run, the rest in as many as {@link SHARE} says. */
export function workloadOf(context: WorkloadContext): readonly Workload[] {
  const parts = { InternalTopics, Transactions, Transforming, CompactedTopics };
  const drawn = Object.entries(parts).filter(([name]) =>
    context.simulation.stream(`share of ${name}`).chance(SHARE),
  );
  return [
    new Records(context),
    new WatermarkProbe(context),
    new Ledger(context),
    new BatonGroup(context),
    ...Array.from({ length: RECREATORS }, (_, index) => new Recreating(context, index)),
    new Trimming(context),
    ...drawn.map(([, Part]) => new Part(context)),
  ];
}
