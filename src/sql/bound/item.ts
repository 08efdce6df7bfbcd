import type { Expression } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { BoundExpression } from './nodes.ts';

/**
 * One expression of a list that must have one type (IN, ARRAY[], MAP(), CASE), bound on its own. Of a constructor its
 * parts are kept as they were before they became one type: inside a list they may become another.
 */
export interface Item {
  readonly syntax: Expression;
  readonly bound: BoundExpression;
  readonly parts?: Parts;
}

type Parts =
  | { readonly of: 'ARRAY'; readonly elements: readonly Item[] }
  | { readonly of: 'MAP'; readonly keys: readonly Item[]; readonly values: readonly Item[] }
  | { readonly of: 'STRUCT'; readonly fields: readonly { readonly name: string; readonly value: Item }[] };

export interface ItemList {
  /** null when every item is NULL. */
  readonly type: SqlType | null;
  readonly items: readonly Item[];
}
