import { hashKey } from '../values/compare.ts';
import type { BoundExpression } from './nodes.ts';

/** What a node says beside its kind, its type and its parts: the same for equal ones, whatever it was written as. */
export function labelOf(bound: BoundExpression): string {
  switch (bound.kind) {
    case 'Failure':
      return bound.message;
    case 'Column': {
      const { position } = bound;
      return position.from === 'record' ? `record ${position.field}` : `${position.from} ${position.index}`;
    }
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
    case 'Call':
      return bound.resolved.overload.parameters.join();
    case 'Constant':
      return `${typeof bound.value}:${String(hashKey(bound.value))}`;
    case 'Map':
    case 'Array':
    case 'Struct':
    case 'Parameter':
    case 'Let':
    case 'Guard':
    case 'Cast':
    case 'Not':
    case 'In':
    case 'Subscript':
    case 'Lambda':
      return '';
  }
}
