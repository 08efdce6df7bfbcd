import { DiagnosticError } from '../../base/errors.ts';
import type { Serde } from '../serde.ts';
import type { KeyValueStoreDefinition, StoreDefinition } from '../state/store-definition.ts';
import type { TopologyBuilder } from '../topology/topology-builder.ts';
import type { Materialized, Named } from './options.ts';
import type { Serdes } from './require-serdes.ts';

/** The settings that all kinds of stores take from {@link Materialized}. */
export function storeBasics(
  name: string,
  options: Materialized<never, never>,
): {
  readonly name: string;
  readonly storeType: 'rocksdb' | 'memory';
  readonly cachingEnabled: boolean;
  readonly loggingEnabled: boolean;
  readonly logConfig: Readonly<Record<string, string>>;
} {
  return {
    name,
    storeType: options.storeType ?? 'rocksdb',
    cachingEnabled: options.cachingEnabled ?? true,
    loggingEnabled: options.loggingEnabled ?? true,
    logConfig: options.logConfig ?? {},
  };
}

/** The definition of a table's store: key-value, or versioned where a history is asked for. */
export function tableStore<K, V>(
  name: string,
  serdes: Serdes<K, V>,
  options: Materialized<K, V>,
): StoreDefinition {
  const basics = storeBasics(name, options as Materialized<never, never>);
  if (options.historyRetentionMs !== undefined) {
    const historyRetentionMs = options.historyRetentionMs;
    return { kind: 'versioned', ...basics, ...serdes, cachingEnabled: false, historyRetentionMs };
  }
  return { kind: 'key-value', ...basics, ...serdes, timestamped: true };
}

/** A store for processors, added with {@link StreamsBuilder.addStateStore}. */
export function keyValueStore<K, V>(options: {
  readonly name: string;
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  readonly storeType?: 'rocksdb' | 'memory';
  readonly loggingEnabled?: boolean;
  readonly logConfig?: Readonly<Record<string, string>>;
}): KeyValueStoreDefinition<K, V> {
  const { name, keySerde, valueSerde, ...rest } = options;
  const basics = storeBasics(name, { ...rest, cachingEnabled: false });
  return { kind: 'key-value', ...basics, keySerde, valueSerde, timestamped: false };
}

/** Kafka Streams takes one name more from the counter where options, but no store name, are given to `count`. */
export function burnStoreName(
  topology: TopologyBuilder,
  prefix: string,
  options: Materialized<never, never> & Named,
): void {
  const given = Object.keys(options).some((key) => key !== 'name');
  if (given && options.storeName === undefined) topology.newStoreName(prefix);
}

/** How long windows are kept: what the user asked for, and at least for as long as they may change. */
export function retentionOf(options: { readonly retentionMs?: number }, leastMs: number): number {
  const { retentionMs = leastMs } = options;
  if (retentionMs >= leastMs) return retentionMs;
  throw new DiagnosticError({
    message: `retention of ${retentionMs} ms is shorter than the window and its grace period, ${leastMs} ms`,
  });
}
