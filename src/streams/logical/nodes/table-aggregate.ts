import type { Erased } from '../../erased.ts';
import type { Aggregator, Initializer, Reducer } from '../../functions.ts';
import { countRecord, reducing, uncountRow, zero } from '../../operators/built-in-functions.ts';
import { changeSerde } from '../../operators/change-serde.ts';
import type { TableAggregation } from '../../operators/table-aggregate.ts';
import { Serdes } from '../../serdes.ts';
import type { GroupTable } from './group-table.ts';
import { frozen, type TableBase } from './node.ts';
import { type NodeNames, nodeKind } from './node-kind.ts';
import { requireSerdes } from './require-serdes.ts';
import { type StoreOptions, tableStore } from './store-settings.ts';
import { storedTable } from './stored-table.ts';

type TableFold =
  | { readonly type: 'count' }
  | {
      readonly type: 'reduce';
      readonly adder: Erased<Reducer<unknown>>;
      readonly subtractor: Erased<Reducer<unknown>>;
    }
  | {
      readonly type: 'aggregate';
      readonly initializer: Initializer<unknown>;
      readonly adder: Erased<Aggregator<unknown, unknown, unknown>>;
      readonly subtractor: Erased<Aggregator<unknown, unknown, unknown>>;
    };

/** The rows of each group of a table become one: each change is taken away under its old value, added under its new. */
export interface TableAggregate extends TableBase<'table-aggregate'> {
  readonly inputs: readonly [GroupTable];
  readonly fold: TableFold;
  readonly options: StoreOptions;
}

interface Names extends NodeNames {
  readonly store: string;
}

export function tableAggregate(
  input: GroupTable,
  fold: TableFold,
  options: StoreOptions & { readonly name?: string },
): TableAggregate {
  const own = fold.type === 'count' ? Serdes.long : fold.type === 'reduce' ? input.valueSerde : undefined;
  return frozen<TableAggregate>({
    kind: 'table-aggregate',
    shape: 'table',
    inputs: [input],
    name: options.name,
    keySerde: options.keySerde ?? input.keySerde,
    valueSerde: options.valueSerde ?? own,
    storeName: options.storeName,
    versioned: options.historyRetentionMs !== undefined,
    closeAfterMs: undefined,
    fold,
    options,
  });
}

function aggregationOf(fold: TableFold): TableAggregation<unknown, unknown, unknown> {
  switch (fold.type) {
    case 'count':
      return { initializer: zero, adder: countRecord, subtractor: uncountRow };
    case 'reduce': {
      const { adder, subtractor } = fold;
      return { initializer: undefined, adder: reducing(adder), subtractor: reducing(subtractor) };
    }
    case 'aggregate':
      return fold;
  }
}

export const tableAggregateKind = nodeKind<TableAggregate, Names>({
  names(node, take) {
    const [group] = node.inputs;
    const store = take.store(node.storeName, 'KTABLE-AGGREGATE-');
    const sink = take.suffixedName(node.name, '-sink', 'KSTREAM-SINK-');
    const source = take.suffixedName(node.name, '-source', 'KSTREAM-SOURCE-');
    const name = take.node(node.name, node.fold.type === 'reduce' ? 'KTABLE-REDUCE-' : 'KTABLE-AGGREGATE-');
    take.nameRepartition(0, {
      topic: `${group.name ?? store}-repartition`,
      filter: undefined,
      sink,
      source,
    });
    return { name, node: name, store, queryable: node.storeName };
  },
  check: (node, { name }) => void requireSerdes(name, node),
  requires: ({ inputs: [group] }) => [
    {
      when: 'always',
      keySerde: group.keySerde,
      valueSerde: group.valueSerde,
      sent: changeSerde,
      sharedBy: group.name === undefined ? undefined : group,
    },
  ],
  table: storedTable,
  lower(node, into) {
    const { name, store } = into.names;
    into.store(tableStore(store, requireSerdes(name, node), node.options));
    const { sendsOldValues: sendOldValues } = into;
    const aggregation = aggregationOf(node.fold);
    const { initializer, adder, subtractor } = aggregation;
    into.processor(
      { type: 'table-aggregate', storeName: store, sendOldValues, initializer, adder, subtractor },
      [store],
    );
  },
});
