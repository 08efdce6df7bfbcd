import type { Expression } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { CompiledExpression, ExpressionOptions, Project, Test } from './scope.ts';

/** Compiles an expression. @throws {DiagnosticError} for unknown columns and functions and for type errors. */
export declare function compileExpression(expression: Expression, options: ExpressionOptions): CompiledExpression;

/** Compiles a condition: false when evaluation fails. @throws {DiagnosticError} when it is no boolean. */
export declare function compilePredicate(expression: Expression, options: ExpressionOptions): Test;

/** Compiles several expressions to one function that gives a fresh row; each column fails on its own. */
export declare function compileProjection(
  expressions: readonly Expression[],
  options: ExpressionOptions,
): { readonly types: readonly (SqlType | null)[]; readonly project: Project };
