import type { Expression } from '../../../grammar/ast.ts';
import { DiagnosticError, type SourceSpan, type Refusal } from '../../base/errors.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { TypedValue } from './literals.ts';
import type { Binding, BoundExpression, Constant } from './nodes.ts';
import type { Origin } from './origin.ts';
import type { BindOptions } from './scope.ts';

/** What binding the parts of one expression shares. */
export interface Binder {
  readonly options: BindOptions;
  /** Parameters of the enclosing lambdas, innermost last. */
  readonly parameters: readonly Binding[];
  /** Binds a part of the expression. Each part is bound once. */
  readonly bind: (expression: Expression, binder: Binder) => BoundExpression;
}

/** A node as it stays. */
export function node<T extends BoundExpression>(fields: T): T {
  return Object.freeze(fields);
}

export function constant(syntax: Origin, value: SqlValue, type: SqlType | null): Constant {
  return node({ kind: 'Constant', type, value, syntax });
}

export function typedConstant(syntax: Expression, { value, type }: TypedValue): Constant {
  return constant(syntax, value, type);
}

/** An expression's mistake, at its place. */
export function mistake(expression: { readonly span: SourceSpan }, refusal: Refusal): DiagnosticError {
  return new DiagnosticError({ ...refusal, span: expression.span });
}

/**
 * A mistake that ksqlDB finds later than the others: not when it types the expression but when it generates code for it,
 * where each kind of expression has a heading of its own: `Invalid Select: …`, `Invalid Predicate: …`.
 */
export class CodeMistake extends DiagnosticError {}

export function codeMistake(expression: { readonly span: SourceSpan }, refusal: Refusal): CodeMistake {
  return new CodeMistake({ ...refusal, span: expression.span });
}

/** Errors of pieces that do not know their place get the expression's. */
export function located<T>(expression: { readonly span: SourceSpan }, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof DiagnosticError) || error.diagnostic.span !== undefined) throw error;
    throw new DiagnosticError({ ...error.diagnostic, span: expression.span }, { cause: error });
  }
}

/** The expression with a failure of its own made null; what is too simple to fail stays as it is. */
export function guard(bound: BoundExpression, syntax: Expression): BoundExpression {
  if (bound.kind === 'Constant' || cannotFail(syntax)) return bound;
  return node({ kind: 'Guard', type: bound.type, operand: bound, syntax });
}

function cannotFail(expression: Expression): boolean {
  switch (expression.kind) {
    case 'NullLiteral':
    case 'BooleanLiteral':
    case 'IntegerLiteral':
    case 'DecimalLiteral':
    case 'DoubleLiteral':
    case 'StringLiteral':
    case 'IntervalUnitLiteral':
    case 'ColumnReference':
    case 'LambdaVariable':
      return true;
    case 'Dereference':
      return cannotFail(expression.base);
    default:
      return false;
  }
}
