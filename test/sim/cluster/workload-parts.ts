import { BatonGroup } from './baton-group.ts';
import { CompactedTopics } from './compacted/compacted-topics.ts';
import { InternalTopics } from './compacted/internal-topics.ts';
import { Ledger } from './ledger.ts';
import { Records } from './records.ts';
import { Recreating } from './recreating.ts';
import { Transactions } from './transactions/transactions.ts';
import { Transforming } from './transforming/transforming.ts';
import { MinIsrProbe } from './strays/min-isr-probe.ts';
import { StrayRequests } from './strays/stray-requests.ts';
import { Trimming } from './trimming.ts';
import { WatermarkProbe } from './watermark-probe.ts';
import type { Workload, WorkloadContext } from './workload.ts';

type Part = (context: WorkloadContext) => Workload;

/** What some runs have, each by itself: how often. A bug of one part is found sooner where others leave it the time. */
const DRAWN: Readonly<Record<string, { readonly share: number; readonly part: Part }>> = {
  ledger: { share: 0.6, part: (context) => new Ledger(context) },
  baton: { share: 0.6, part: (context) => new BatonGroup(context) },
  'recreated-0': { share: 0.6, part: (context) => new Recreating(context, 0) },
  'recreated-1': { share: 0.4, part: (context) => new Recreating(context, 1) },
  trimming: { share: 0.6, part: (context) => new Trimming(context) },
  internal: { share: 0.5, part: (context) => new InternalTopics(context) },
  transactions: { share: 0.5, part: (context) => new Transactions(context) },
  transforming: { share: 0.5, part: (context) => new Transforming(context) },
  compacted: { share: 0.5, part: (context) => new CompactedTopics(context) },
};

/** What the clients of a cluster do: some of it in each run, the rest in as many as {@link DRAWN} says. */
export function workloadOf(context: WorkloadContext): readonly Workload[] {
  const drawn = Object.entries(DRAWN).filter(([name, { share }]) =>
    context.simulation.stream(`share of ${name}`).chance(share),
  );
  const always = [
    new Records(context),
    new WatermarkProbe(context),
    new StrayRequests(context),
    new MinIsrProbe(context),
  ];
  return [...always, ...drawn.map(([, { part }]) => part(context))];
}
