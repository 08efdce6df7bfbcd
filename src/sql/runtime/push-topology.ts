import type { Row } from '../../serde/model/sql-value.ts';
import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import { Windowed } from '../../streams/windows/windowed.ts';
import type { PushRecord } from '../host/host.ts';
import { lower } from '../lowering/lower.ts';
import type { LoweringContext } from '../lowering/lowering-context.ts';
import { buildOptions } from '../lowering/query-topology.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { functionsOf } from '../physical/used-functions.ts';

/** The topology of a query whose results go to `emit` instead of a topic. */
export function pushTopology(
  plan: QueryPlan,
  context: Pick<LoweringContext, 'analysis' | 'code' | 'schemas'>,
  emit: (record: PushRecord) => void,
): Topology {
  const builder = new StreamsBuilder();
  const analysis = { ...context.analysis, functions: functionsOf(plan, context.analysis.functions) };
  const lowered = lower(plan.root, { ...context, analysis, builder });
  const stream = lowered.kind === 'STREAM' ? lowered.stream : lowered.table.toStream();
  stream.foreach((key, row) => {
    if (key === null && plan.needsKey === true) return;
    if (row !== null) emit({ key: null, row: row as Row });
    // Of a stream, a record without a value says nothing; of a table it is a deletion.
    else if (plan.root.output === 'TABLE') emit(deletionOf(key));
  });
  return builder.build(buildOptions(context.analysis));
}

function deletionOf(key: Row | Windowed<Row> | null): PushRecord {
  if (!(key instanceof Windowed)) return { key, row: null };
  return { key: key.key as Row, row: null, window: key.window };
}
