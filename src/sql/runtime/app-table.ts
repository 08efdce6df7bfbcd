import type { Timers } from '../../base/environment.ts';
import { formatOf } from '../../serde/formats.ts';
import type { StreamsApp } from '../../streams/runtime/streams-app.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import type { MaterializedTable } from '../host/host.ts';
import type { LoweringContext } from '../lowering/lowering-context.ts';
import { type QueryPlan, sourceSteps } from '../physical/steps.ts';
import { materializedTable } from './materialized-table.ts';
import { partitionsOf, placesOf } from './table-places.ts';

interface TableApp extends Pick<LoweringContext, 'analysis' | 'code'> {
  readonly topology: Topology;
  /** The application as it is now: another one where the query was started again. */
  readonly app: () => StreamsApp;
  readonly timers: Timers;
}

/** The table that a query keeps in the stores of its application; undefined where it keeps none. */
export function appTable(
  plan: QueryPlan,
  { topology, app, timers, ...context }: TableApp,
): MaterializedTable | undefined {
  const isKeyOpaque = hasOpaqueKeys(plan);
  const located = (store: string) => ({ locations: app().locations(), topology, store, isKeyOpaque });
  return materializedTable(plan, context, {
    keyValueStore: (name, options) => app().keyValueStore(name, options),
    windowStore: (name, options) => app().windowStore(name, options),
    partitionsOf: (store, key) => partitionsOf(located(store), key),
    places: (store, key) => placesOf(located(store), key),
    turn: () => new Promise((resolve) => timers.defer(resolve)),
  });
}

/**
 * Whether the columns of a key do not tell its bytes: those of a registered format begin with the id of the schema that their writer
 * had, and those of a windowed source hold the window.
 */
function hasOpaqueKeys({ root }: QueryPlan): boolean {
  return sourceSteps(root).some(
    ({ formats, window }) => formatOf(formats.key.format).usesSchemaRegistry || window !== undefined,
  );
}
