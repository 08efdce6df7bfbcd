import { printType } from '../../serde/model/sql-type.ts';
import { scalarText } from '../values/compare.ts';
import { childrenOf } from './children.ts';
import { labelOf } from './label.ts';
import type { BoundExpression } from './nodes.ts';

/** A bound expression as a tree: a line per node with what it is and its type, parts indented below. */
export function printBoundTree(bound: BoundExpression): readonly string[] {
  const words = [bound.kind, display(bound), bound.type === null ? 'NULL' : printType(bound.type)];
  const parts = childrenOf(bound).flatMap(printBoundTree);
  return [words.filter((word) => word !== '').join(' '), ...parts.map((line) => `  ${line}`)];
}

function display(bound: BoundExpression): string {
  switch (bound.kind) {
    case 'Constant':
      return typeof bound.value === 'string' ? `'${bound.value}'` : scalarText(bound.value);
    case 'Column':
      return `${bound.name} (${labelOf(bound)})`;
    case 'Call':
      return bound.name;
    case 'Parameter':
      return bound.binding.name;
    case 'Let':
      return bound.binding.name;
    case 'Lambda':
      return `(${bound.parameters.map(({ name }) => name).join(', ')})`;
    default:
      return labelOf(bound);
  }
}
