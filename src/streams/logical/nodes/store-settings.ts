import { DiagnosticError } from '../../../base/errors.ts';
import type { Materialized } from '../../options.ts';
import { storeBasics } from '../../state/store-basics.ts';
import type { StoreDefinition } from '../../state/store-definition.ts';
import type { Serdes } from './require-serdes.ts';

/** What the application said of a table's store, without its types. */
export type StoreOptions = Materialized<unknown, unknown>;

/** Whether anything was said of a store, and not only of the node. */
export function asksForStore(options: object | undefined): boolean {
  return options !== undefined && Object.keys(options).some((key) => key !== 'name');
}

/** The definition of a table's store: key-value, or versioned where a history is asked for. */
export function tableStore(name: string, serdes: Serdes, options: StoreOptions): StoreDefinition {
  const basics = storeBasics(name, options);
  const { keySerde, valueSerde } = serdes;
  const { historyRetentionMs } = options;
  if (historyRetentionMs === undefined)
    return { kind: 'key-value', ...basics, keySerde, valueSerde, timestamped: true };
  return { kind: 'versioned', ...basics, keySerde, valueSerde, cachingEnabled: false, historyRetentionMs };
}

/** How long windows are kept: what the application asked for, and at least for as long as they may change. */
export function retentionOf(options: { readonly retentionMs?: number }, leastMs: number): number {
  const { retentionMs = leastMs } = options;
  if (retentionMs >= leastMs) return retentionMs;
  throw new DiagnosticError({
    message: `retention of ${retentionMs} ms is shorter than the window and its grace period, ${leastMs} ms`,
  });
}
