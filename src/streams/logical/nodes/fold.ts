import type { Erased } from '../../erased.ts';
import type { Aggregator, Initializer, Reducer } from '../../functions.ts';
import { countRecord, reducing, zero } from '../../operators/built-in-functions.ts';
import type { StreamAggregation } from '../../operators/stream-aggregate.ts';
import type { Serde } from '../../serde.ts';
import { Serdes } from '../../serdes.ts';
import { storeBasics } from '../../state/store-basics.ts';
import type { EmitStrategy } from '../../windows/emit-strategy.ts';
import { type Grouping, requireGrouped } from './grouping.ts';
import type { NameTaker, NodeNames } from './node-kind.ts';
import { requireSerdes, type Serdes as StoreSerdes } from './require-serdes.ts';
import { asksForStore, type StoreOptions } from './store-settings.ts';
import { storedTable, type StoredNames } from './stored-table.ts';

/** How the records of a group become one value. */
export type Fold =
  | { readonly type: 'count' }
  | { readonly type: 'reduce'; readonly reducer: Erased<Reducer<unknown>> }
  | {
      readonly type: 'aggregate';
      readonly initializer: Initializer<unknown>;
      readonly aggregator: Erased<Aggregator<unknown, unknown, unknown>>;
    };

/** An aggregation of a grouped stream, windowed or not. */
export interface FoldedNode {
  readonly inputs: readonly [Grouping];
  readonly name: string | undefined;
  readonly fold: Fold;
  readonly options: StoreOptions;
}

export function aggregationOf(fold: Fold): StreamAggregation<unknown, unknown, unknown> {
  switch (fold.type) {
    case 'count':
      return { initializer: zero, aggregator: countRecord };
    case 'reduce':
      // The first value of a group is kept as it is.
      return { initializer: undefined, aggregator: reducing(fold.reducer) };
    case 'aggregate':
      return { initializer: fold.initializer, aggregator: fold.aggregator };
  }
}

/** The serde of the values that a fold makes, where it is known without being given. */
function ownValueSerde(fold: Fold, { valueSerde }: Grouping): Serde<unknown> | undefined {
  if (fold.type === 'count') return Serdes.long;
  return fold.type === 'reduce' ? valueSerde : undefined;
}

export function serdesOfFold({ inputs: [group], fold, options }: FoldedNode): {
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
} {
  return {
    keySerde: options.keySerde ?? group.keySerde,
    valueSerde: options.valueSerde ?? ownValueSerde(fold, group),
  };
}

/** The serdes of the store. @throws {DiagnosticError} where one is missing. */
export function storeSerdes(node: FoldedNode, { name }: NodeNames): StoreSerdes {
  return requireSerdes(name, serdesOfFold(node));
}

function foldNames(node: FoldedNode, take: NameTaker): StoredNames {
  const { fold, options } = node;
  const prefix = fold.type === 'reduce' ? 'KSTREAM-REDUCE-' : 'KSTREAM-AGGREGATE-';
  // Kafka Streams takes one name more where options, but no store name, are given to `count`.
  if (fold.type === 'count' && options.storeName === undefined && asksForStore(options))
    take.generated(`${prefix}STATE-STORE-`);
  const store = take.store(options.storeName, prefix);
  const name = take.node(node.name, prefix);
  take.repartition(0, node.inputs[0].name ?? store);
  return { name, node: name, store, queryable: options.storeName };
}

/** What all kinds of aggregations of a grouped stream have in common. */
export const foldedKind = {
  names: foldNames,
  check: (node: FoldedNode, names: NodeNames) => void storeSerdes(node, names),
  requires: ({ inputs: [group] }: FoldedNode) => [requireGrouped(group)],
  table: storedTable,
};

/** The settings of a windowed store. What tells final results only has nothing to merge in a cache. */
export function windowedBasics(
  node: FoldedNode & { readonly emit: EmitStrategy; readonly retentionMs: number },
  names: StoredNames,
) {
  const { emit, options, retentionMs } = node;
  const basics = storeBasics(names.store, options);
  const cachingEnabled = basics.cachingEnabled && emit === 'on-window-update';
  return { ...basics, ...storeSerdes(node, names), cachingEnabled, retentionMs };
}
