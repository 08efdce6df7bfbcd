import type { BoundExpression, Column } from './nodes.ts';

/** The direct parts of an expression, in the order of their evaluation. */
export function childrenOf(bound: BoundExpression): readonly BoundExpression[] {
  switch (bound.kind) {
    case 'Constant':
    case 'Failure':
    case 'Column':
    case 'Parameter':
      return [];
    case 'Guard':
    case 'Cast':
    case 'Sign':
    case 'Not':
    case 'IsNull':
      return [bound.operand];
    case 'Arithmetic':
    case 'Comparison':
    case 'Logical':
      return [bound.left, bound.right];
    case 'Let':
      return [bound.value, bound.body];
    case 'In':
      return [bound.operand, ...bound.list];
    case 'Like':
      return [bound.operand, bound.pattern];
    case 'Case':
      return [
        ...bound.branches.flatMap(({ when, result }) => [when, result]),
        ...(bound.otherwise === undefined ? [] : [bound.otherwise]),
      ];
    case 'Array':
      return bound.elements;
    case 'Map':
      return [...bound.keys, ...bound.values];
    case 'Struct':
      return bound.values;
    case 'Subscript':
      return [bound.base, bound.index];
    case 'Field':
      return [bound.base];
    case 'Call':
      return bound.arguments;
    case 'Lambda':
      return [bound.body];
  }
}

/** Every column that an expression reads, as often as it does. */
export function columnsIn(bound: BoundExpression): readonly Column[] {
  return bound.kind === 'Column' ? [bound] : childrenOf(bound).flatMap(columnsIn);
}
