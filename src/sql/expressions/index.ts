/** Compiles bound expressions. */
export { castArgument, compileExpression, compilePredicate, compileProjection } from './compile.ts';
export type {
  CompiledExpression,
  CompileOptions,
  Evaluate,
  Project,
  Test,
} from './compiled.ts';
