import type { TableViewSettings } from '../../operators/table-view.ts';
import type { Serde } from '../../serde.ts';
import type { LogicalNode } from './logical-node.ts';
import type { TableBase, TableNode } from './node.ts';
import type { Lowering, NameTaker, NodeNames, TableBehaviour } from './node-kind.ts';
import { requireSerdes } from './require-serdes.ts';
import { asksForStore, type StoreOptions, tableStore } from './store-settings.ts';

/** A table whose rows are made of another's, one by one; kept in a store only where the application named one. */
export interface TransformedTable<Kind extends string> extends TableBase<Kind> {
  readonly inputs: readonly [TableNode];
  readonly options: StoreOptions | undefined;
}

type Transformed = LogicalNode & TransformedTable<string>;

export function transformedFields(
  input: TableNode,
  options: (StoreOptions & { readonly name?: string }) | undefined,
  valueSerde: Serde<unknown> | undefined,
): Omit<TransformedTable<string>, 'kind' | 'inputs'> & { readonly inputs: readonly [TableNode] } {
  return {
    shape: 'table',
    inputs: [input],
    name: options?.name,
    keySerde: options?.keySerde ?? input.keySerde,
    valueSerde: options?.valueSerde ?? valueSerde,
    storeName: options?.storeName,
    // As in Kafka Streams, where whatever is said of a store, be it a serde, says that it is not versioned.
    versioned: !asksForStore(options) && input.versioned,
    closeAfterMs: input.closeAfterMs,
    options,
  };
}

export function transformedNames(node: Transformed, take: NameTaker, prefix: string): NodeNames {
  const { storeName, options } = node;
  if (storeName !== undefined) take.claimStore(storeName);
  else if (asksForStore(options)) take.generated(`${prefix}STATE-STORE-`);
  const name = take.node(node.name, prefix);
  return { name, node: name, queryable: storeName };
}

export function checkTransformed(node: Transformed, { name }: NodeNames): void {
  if (node.storeName !== undefined) requireSerdes(name, node);
}

/** Adds the store, where there is one. Returns what the operator is connected to. */
export function lowerTransformedStore(node: Transformed, into: Lowering<NodeNames>): readonly string[] {
  const { storeName, options = {} } = node;
  if (storeName === undefined) return [];
  into.store(tableStore(storeName, requireSerdes(into.names.name, node), options));
  return [storeName];
}

/** Rows are its own where it is kept, else made of those of the table that it reads. */
export function transformedTable<N extends Transformed>(
  derive: (node: N, parent: TableViewSettings) => TableViewSettings,
): TableBehaviour<N, NodeNames> {
  return {
    rows: ({ storeName, inputs }) => (storeName === undefined ? { madeOf: inputs } : 'store'),
    view: (node, _names, viewOf) =>
      node.storeName === undefined
        ? derive(node, viewOf(node.inputs[0]))
        : { type: 'store', storeName: node.storeName },
  };
}
