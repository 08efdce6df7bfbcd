import type { Serde } from '../../serde.ts';
import { type KeptNames, keptTable, lowerKeptTable } from './kept-table.ts';
import { frozen, type StreamNode, type TableBase } from './node.ts';
import { nodeKind } from './node-kind.ts';
import type { StoreOptions } from './store-settings.ts';

/** A stream read as a table: the latest value of each key is its row. */
export interface ToTable extends TableBase<'to-table'> {
  readonly inputs: readonly [StreamNode];
  readonly keySerde: Serde<unknown> | undefined;
  readonly options: StoreOptions;
}

export function toTable(input: StreamNode, options: StoreOptions & { readonly name?: string }): ToTable {
  return frozen<ToTable>({
    kind: 'to-table',
    shape: 'table',
    inputs: [input],
    name: options.name,
    keySerde: options.keySerde ?? input.keySerde,
    valueSerde: options.valueSerde ?? input.valueSerde,
    storeName: options.storeName,
    versioned: options.historyRetentionMs !== undefined,
    closeAfterMs: undefined,
    options,
  });
}

export const toTableKind = nodeKind<ToTable, KeptNames>({
  names(node, take) {
    const name = take.node(node.name, 'KSTREAM-TOTABLE-');
    const store = take.store(node.storeName, 'KSTREAM-TOTABLE-');
    take.repartition(0, name);
    return { name, node: name, store, queryable: node.storeName };
  },
  requires: ({ keySerde, valueSerde }) => [{ when: 'key-changed', keySerde, valueSerde }],
  table: keptTable,
  lower: (node, into) => lowerKeptTable(node, into, { name: into.names.name, parent: into.input(0) }),
});
