import type { Erased } from '../../erased.ts';
import type { ValueMapper } from '../../functions.ts';
import { frozen, type TableNode } from './node.ts';
import { nodeKind } from './node-kind.ts';
import type { StoreOptions } from './store-settings.ts';
import {
  checkTransformed,
  lowerTransformedStore,
  type TransformedTable,
  transformedFields,
  transformedNames,
  transformedTable,
} from './transformed-table.ts';

/** A new value for each row of a table. */
export interface TableMapValues extends TransformedTable<'table-map-values'> {
  readonly mapper: Erased<ValueMapper<unknown, unknown, unknown>>;
}

export function tableMapValues(
  input: TableNode,
  mapper: TableMapValues['mapper'],
  options: (StoreOptions & { readonly name?: string }) | undefined,
): TableMapValues {
  return frozen<TableMapValues>({
    kind: 'table-map-values',
    ...transformedFields(input, options, undefined),
    mapper,
  });
}

export const tableMapValuesKind = nodeKind<TableMapValues>({
  names: (node, take) => transformedNames(node, take, 'KTABLE-MAPVALUES-'),
  check: checkTransformed,
  table: transformedTable(({ mapper }, parent) => ({ type: 'mapped', parent, mapper })),
  lower(node, into) {
    const { mapper, storeName } = node;
    const stores = lowerTransformedStore(node, into);
    const { sendsOldValues: sendOldValues } = into;
    into.processor({ type: 'table-map-values', mapper, storeName, sendOldValues }, stores);
  },
});
