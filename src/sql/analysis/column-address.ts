import type { ColumnReference, Expression } from '../../../grammar/ast.ts';

/** A column of a source: the source's number in the FROM clause, and the column's place in the source's processing row. */
export interface SourceColumn {
  readonly source: number;
  readonly index: number;
}

/** Where a column is found: in a source, or at a place of the row that the expression is bound over. */
export type ColumnAddress = SourceColumn | { readonly place: number };

/** A reference whose column is known. Its name is for display: nothing is looked up by it. */
interface ResolvedReference extends ColumnReference {
  readonly address: ColumnAddress;
}

/** Returns a reference to a column, in the place of a piece of syntax. @param name for display. */
export function referenceTo(
  address: ColumnAddress,
  name: string,
  { span }: Pick<Expression, 'span'>,
): ResolvedReference {
  return { kind: 'ColumnReference', name, span, address };
}

/** The address of a reference, undefined for one that is nothing but a name. */
export function addressOf(reference: ColumnReference): ColumnAddress | undefined {
  return isResolved(reference) ? reference.address : undefined;
}

function isResolved(reference: ColumnReference): reference is ResolvedReference {
  return 'address' in reference;
}
