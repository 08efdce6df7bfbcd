import type { Expression } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import type { ExpressionScope } from '../expressions/scope.ts';
import { typeOf } from '../expressions/type-of.ts';
import type { RowColumn } from '../logical/nodes.ts';
import type { AnalysisContext } from './session.ts';
import { sqlError, withPrefix } from './sql-error.ts';

/** Finds columns in a value row by name; of two of one name, the first. */
export function rowScope(
  row: readonly RowColumn[],
  context?: Pick<AnalysisContext, 'catalog'>,
): ExpressionScope {
  const bindings = new Map<string, { type: SqlType; from: 'value'; index: number }>();
  row.forEach(({ name, type }, index) => {
    if (!bindings.has(name)) bindings.set(name, { type, from: 'value', index });
  });
  return {
    resolveColumn: (name) => bindings.get(name),
    resolveType: (name) => context?.catalog.type(name),
  };
}

/** The type of an expression over a row, null for NULL. */
export function typeOver(
  row: readonly RowColumn[],
  expression: Expression,
  context: AnalysisContext,
): SqlType | null {
  return typeOf(expression, {
    scope: rowScope(row, context),
    functions: context.functions,
    config: context.properties,
  });
}

/** The type of an expression that must have one. */
export function knownTypeOver(
  row: readonly RowColumn[],
  expression: Expression,
  context: AnalysisContext,
): SqlType {
  const type = typeOver(row, expression, context);
  if (type !== null) return type;
  throw sqlError(
    "Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
    { span: expression.span },
  );
}

/** WHERE and HAVING must be conditions. */
export function checkPredicate(
  clause: 'WHERE' | 'HAVING',
  row: readonly RowColumn[],
  predicate: Expression,
  context: AnalysisContext,
): void {
  const type = withPrefix(`Error in ${clause} expression: `, () => typeOver(row, predicate, context));
  if (type?.kind === 'BOOLEAN') return;
  const printed = type === null ? 'null' : printType(type);
  throw sqlError(
    `Type error in ${clause} expression: Should evaluate to boolean but is ${formatExpression(predicate)} (${printed}) instead.`,
    { span: predicate.span },
  );
}
