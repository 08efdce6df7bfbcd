/** What SQL expressions mean: columns as positions, calls resolved, types settled. */
export { bind } from './bind.ts';
export { childrenOf, mapChildren } from './children.ts';
export { hashExpression, sameExpression } from './equality.ts';
export type { BoundExpression } from './nodes.ts';
export type { BindOptions, ColumnBinding, ExpressionScope } from './scope.ts';
