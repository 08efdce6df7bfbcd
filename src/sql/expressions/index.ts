/** Types and compiles SQL expressions. */
export {
  castArgument,
  compileExpression,
  compilePredicate,
  compileProjection,
  type PredicateOptions,
} from './compile.ts';
export type {
  ColumnBinding,
  CompiledExpression,
  Evaluate,
  ExpressionOptions,
  ExpressionScope,
  Project,
  RecordFields,
  Test,
} from './scope.ts';
export { literalOf, typeOf } from './type-of.ts';
