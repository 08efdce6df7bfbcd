/**
 * Compiles expressions to JavaScript functions specialised by type. Figures that decided for generated code over
 * closures are in docs/decisions/0006-expression-compiler.md.
 */
import type { Expression } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/index.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import { casterOf } from '../values/cast.ts';
import { build } from './build.ts';
import { type Code, required } from './code.ts';
import { type Context, contextOf, mistake, reporterOf } from './context.ts';
import type { CompiledExpression, Evaluate, ExpressionOptions, Project, Test } from './scope.ts';

/** Compiles an expression. @throws {DiagnosticError} for unknown columns and functions and for type errors. */
export function compileExpression(expression: Expression, options: ExpressionOptions): CompiledExpression {
  const context = contextOf(options, build);
  const { result: code, declarations } = context.builder.frame(() => build(expression, context));
  const report = context.builder.capture(reporterOf(context, expression));
  const evaluate = context.builder.evaluate(
    `(value, key, record) => { ${declarations} try { return ${code.js}; } catch (e) { return ${report}(e); } }`,
  );
  return { type: code.type, evaluate: evaluate as Evaluate };
}

export interface PredicateOptions extends ExpressionOptions {
  /** For error texts. */
  readonly clause?: 'WHERE' | 'HAVING';
}

/** Compiles a condition: false when evaluation fails. @throws {DiagnosticError} when it is no boolean. */
export function compilePredicate(expression: Expression, options: PredicateOptions): Test {
  const { clause = 'WHERE' } = options;
  const context = contextOf(options, build);
  const { result, declarations } = context.builder.frame(() => predicateCode(expression, context, clause));
  const report = context.builder.capture(reporterOf(context, expression));
  const test = context.builder.evaluate(
    `(value, key, record) => { ${declarations} try { return ${result.js}; } catch (e) { ${report}(e); return false; } }`,
  );
  return test as Test;
}

function predicateCode(expression: Expression, context: Context, clause: string): Code {
  let code: Code;
  try {
    code = build(expression, context);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const message = `Error in ${clause} expression: ${error.diagnostic.message}`;
    throw new DiagnosticError({ ...error.diagnostic, message }, { cause: error });
  }
  if (code.type !== null && code.type.kind !== 'BOOLEAN') {
    throw mistake(
      expression,
      `Type error in ${clause} expression: Should evaluate to boolean but is ${formatExpression(expression)} ` +
        `(${printType(code.type)}) instead.`,
    );
  }
  return required(context.builder, code);
}

/** Compiles several expressions to one function that gives a fresh row; each column fails on its own. */
export function compileProjection(
  expressions: readonly Expression[],
  options: ExpressionOptions,
): { readonly types: readonly (SqlType | null)[]; readonly project: Project } {
  const context = contextOf(options, build);
  const types: (SqlType | null)[] = [];
  const { result: columns, declarations } = context.builder.frame(() =>
    expressions.map((expression, index) => {
      const code = build(expression, context);
      types.push(code.type);
      return columnStatement(code, expression, index, context);
    }),
  );
  const names = expressions.map((_, index) => `c${index}`);
  const locals = names.length === 0 ? '' : `let ${names.join(', ')};`;
  const project = context.builder.evaluate(
    `(value, key, record) => { ${locals} ${declarations} ${columns.join('\n')} return [${names.join(', ')}]; }`,
  );
  return { types, project: project as Project };
}

function columnStatement(code: Code, expression: Expression, index: number, context: Context): string {
  if (
    expression.kind === 'ColumnReference' ||
    code.constant !== undefined ||
    context.options.failures === 'throw'
  )
    return `c${index} = ${code.js};`;
  const report = context.builder.capture(reporterOf(context, expression));
  return `try { c${index} = ${code.js}; } catch (e) { c${index} = ${report}(e); }`;
}

/**
 * The function that makes an argument's values fit a parameter of an aggregate or table function, or undefined where
 * they fit as they are.
 */
export function castArgument(from: SqlType | null, to: SqlType): ((value: SqlValue) => SqlValue) | undefined {
  if (from === null || from.kind === to.kind) return undefined;
  const cast = casterOf(from, to);
  if (cast === undefined) return undefined;
  return (value) => (value === null ? null : cast(value));
}
