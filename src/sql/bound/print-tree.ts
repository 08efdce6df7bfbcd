import { printType } from '../../serde/model/sql-type.ts';
import { scalarText } from '../values/compare.ts';
import { childrenOf } from './children.ts';
import type { BoundExpression } from './nodes.ts';

/** A bound expression as a tree: a line per node with what it is and its type, parts indented below. */
export function printBoundTree(bound: BoundExpression): readonly string[] {
  const words = [bound.kind, display(bound), bound.type === null ? 'NULL' : printType(bound.type)];
  const parts = childrenOf(bound).flatMap(printBoundTree);
  return [words.filter((word) => word !== '').join(' '), ...parts.map((line) => `  ${line}`)];
}

/** What a node says beside its kind, its type and its parts. */
function display(bound: BoundExpression): string {
  switch (bound.kind) {
    case 'Constant':
      return typeof bound.value === 'string' ? `'${bound.value}'` : scalarText(bound.value);
    case 'Failure':
      return bound.message;
    case 'Column':
      return `${bound.name} (${bound.index})`;
    case 'Call':
      return bound.name;
    case 'Parameter':
    case 'Let':
      return bound.binding.name;
    case 'Lambda':
      return `(${bound.parameters.map(({ name }) => name).join(', ')})`;
    case 'Sign':
    case 'Arithmetic':
    case 'Logical':
      return bound.operator;
    case 'Comparison':
      return `${bound.operator} ${bound.by}`;
    case 'IsNull':
      return String(bound.negated);
    case 'Like':
      return bound.escape ?? '';
    case 'Field':
      return String(bound.index);
    case 'Case':
      return bound.otherwise === undefined ? 'no ELSE' : '';
    case 'Map':
    case 'Array':
    case 'Struct':
    case 'Guard':
    case 'Cast':
    case 'Not':
    case 'In':
    case 'Subscript':
      return '';
  }
}
