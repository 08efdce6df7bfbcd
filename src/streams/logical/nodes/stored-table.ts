import type { LogicalNode } from './logical-node.ts';
import type { NodeNames, TableBehaviour } from './node-kind.ts';

/** The names of what is kept in a store of its own. */
export interface StoredNames extends NodeNames {
  readonly store: string;
}

/** A table that is always kept in a store: what its operator has made is nowhere else. */
export const storedTable: TableBehaviour<LogicalNode, StoredNames> = {
  rows: () => 'store',
  view: (_node, { store }) => ({ type: 'store', storeName: store }),
};
