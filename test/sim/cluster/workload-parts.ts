import { BatonGroup } from './baton-group.ts';
import { Ledger } from './ledger.ts';
import { Records } from './records.ts';
import { Recreating } from './recreating.ts';
import { Trimming } from './trimming.ts';
import { WatermarkProbe } from './watermark-probe.ts';
import type { Workload, WorkloadContext } from './workload.ts';

const RECREATORS = 2;

/** Everything that the clients of a cluster do. */
export function workloadOf(context: WorkloadContext): readonly Workload[] {
  return [
    new Records(context),
    new WatermarkProbe(context),
    new Ledger(context),
    new BatonGroup(context),
    ...Array.from({ length: RECREATORS }, (_, index) => new Recreating(context, index)),
    new Trimming(context),
  ];
}
