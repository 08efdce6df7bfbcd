import type { Expression } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/index.ts';
import { mustStop } from '../../base/assert.ts';
import { DiagnosticError, type SourceSpan } from '../../base/errors.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import { type Code, CodeBuilder } from './code.ts';
import type { ExpressionOptions } from './scope.ts';

/** A lambda's parameter while its body is compiled. */
export interface LambdaParameter {
  readonly name: string;
  readonly type: SqlType;
  /** Its name in the generated code. */
  readonly js: string;
}

/** What compiling one expression, or several into one function, shares. */
export interface Context {
  readonly options: ExpressionOptions;
  readonly builder: CodeBuilder;
  /** Innermost last. */
  readonly lambdaParameters: readonly LambdaParameter[];
  /** Types of parts that are known already, for these lambda parameters. */
  readonly types: WeakMap<Expression, SqlType | null>;
  /** Compiles a part of the expression. */
  readonly build: (expression: Expression, context: Context) => Code;
}

export function contextOf(options: ExpressionOptions, build: Context['build']): Context {
  return { options, builder: new CodeBuilder(), lambdaParameters: [], types: new WeakMap(), build };
}

/**
 * The type of a part. It is asked for before the part is compiled, at every level: without remembering, calls nested
 * twenty deep would be typed a million times.
 */
export function typeIn(expression: Expression, context: Context): SqlType | null {
  let type = context.types.get(expression);
  if (type === undefined) {
    // What this generates is thrown away.
    const scratch: Context = { ...context, builder: new CodeBuilder() };
    type = scratch.builder.frame(() => context.build(expression, scratch)).result.type;
    context.types.set(expression, type);
  }
  return type;
}

/** An expression's mistake, at its place. */
export function mistake(expression: { readonly span: SourceSpan }, message: string): DiagnosticError {
  return new DiagnosticError({ message, span: expression.span });
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

/** The report of a failed evaluation: the options' callback, bound to the expression's text. */
export function reporterOf(context: Context, expression: Expression): (error: unknown) => null {
  const { onError } = context.options;
  const text = formatExpression(expression);
  return (error) => {
    if (mustStop(error)) throw error;
    onError?.(error, text);
    return null;
  };
}

/**
 * Compiles a part whose failure makes only itself null: an argument of a function, an element of a constructor. It
 * becomes a function of its own, unless it is too simple to fail.
 */
export function buildGuarded(expression: Expression, context: Context): Code {
  return guarded(expression, context, () => context.build(expression, context));
}

/** As {@link buildGuarded}, with the code made by `make`. */
export function guarded(expression: Expression, context: Context, make: () => Code): Code {
  if (cannotFail(expression)) return make();
  const { builder } = context;
  const { result: code, declarations } = builder.frame(make);
  if (code.constant !== undefined) return code;
  const parameters = ['value', 'key', 'record', ...context.lambdaParameters.map(({ js }) => js)].join(', ');
  const report = builder.capture(reporterOf(context, expression));
  const name = builder.addFunction(
    (name) =>
      `function ${name}(${parameters}) { ${declarations} try { return ${code.js}; } catch (e) { return ${report}(e); } }`,
  );
  return { type: code.type, js: `${name}(${parameters})`, nullable: true, strict: false };
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
