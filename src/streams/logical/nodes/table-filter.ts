import type { Erased } from '../../erased.ts';
import type { Predicate } from '../../functions.ts';
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

/** The rows of a table for which a predicate holds, or does not hold. */
export interface TableFilter extends TransformedTable<'table-filter'> {
  readonly predicate: Erased<Predicate<unknown, unknown>>;
  readonly negate: boolean;
}

export function tableFilter(
  input: TableNode,
  given: Pick<TableFilter, 'predicate' | 'negate'>,
  options: (StoreOptions & { readonly name?: string }) | undefined,
): TableFilter {
  return frozen<TableFilter>({
    kind: 'table-filter',
    ...transformedFields(input, options, input.valueSerde),
    ...given,
  });
}

export const tableFilterKind = nodeKind<TableFilter>({
  names: (node, take) => transformedNames(node, take, 'KTABLE-FILTER-'),
  check: checkTransformed,
  // Where the table is kept anyway its old values are free, and spare tombstones for rows that never matched.
  takesOldValues: ({ inputs: [table] }) => table,
  table: transformedTable(({ predicate, negate }, parent) => ({
    type: 'filtered',
    parent,
    predicate,
    negate,
  })),
  lower(node, into) {
    const { predicate, negate, storeName } = node;
    const stores = lowerTransformedStore(node, into);
    const skipsAbsent = !node.inputs[0].versioned;
    const { sendsOldValues: sendOldValues } = into;
    into.processor(
      { type: 'table-filter', predicate, negate, storeName, sendOldValues, skipsAbsent },
      stores,
    );
  },
});
