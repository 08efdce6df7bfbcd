import type { Expression } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import { bind } from '../bound/bind.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { bindPredicate, noCondition } from '../bound/predicate.ts';
import type { BindOptions, ExpressionScope } from '../bound/scope.ts';
import type { RowColumn } from '../logical/nodes.ts';
import type { AnalysisContext } from './session.ts';
import { sqlError } from './sql-error.ts';
import { isRecordTime } from './system-columns.ts';

/** Finds columns in a value row by name; of two of one name, the first. */
function rowScope(row: readonly RowColumn[], context?: Pick<AnalysisContext, 'catalog'>): ExpressionScope {
  const bindings = new Map<string, { type: SqlType; from: 'value'; index: number }>();
  row.forEach(({ name, type }, index) => {
    if (!bindings.has(name)) bindings.set(name, { type, from: 'value', index });
  });
  return {
    resolveColumn: (name) => {
      const binding = bindings.get(name);
      if (binding === undefined || !isRecordTime(name, (other) => bindings.has(other))) return binding;
      return { ...binding, isRecordTime: true };
    },
    resolveType: (name) => context?.catalog.type(name),
  };
}

function optionsOver(row: readonly RowColumn[], context: AnalysisContext): BindOptions {
  return { scope: rowScope(row, context), functions: context.functions, config: context.properties };
}

/** What an expression means over a row. */
export function bindOver(
  row: readonly RowColumn[],
  expression: Expression,
  context: AnalysisContext,
): BoundExpression {
  return bind(expression, optionsOver(row, context));
}

/** A condition over a row; NULL is one. */
export function bindConditionOver(
  row: readonly RowColumn[],
  predicate: Expression,
  context: AnalysisContext,
): BoundExpression {
  return bindPredicate(predicate, 'WHERE', optionsOver(row, context));
}

/** The type of an expression over a row, null for NULL. */
export function typeOver(
  row: readonly RowColumn[],
  expression: Expression,
  context: AnalysisContext,
): SqlType | null {
  return bindOver(row, expression, context).type;
}

/** The type of an expression that must have one. */
export function knownTypeOver(
  row: readonly RowColumn[],
  expression: Expression,
  context: AnalysisContext,
): SqlType {
  return knownType(bindOver(row, expression, context));
}

/** The type of what must have one. */
export function knownType({ type, syntax }: BoundExpression): SqlType {
  if (type !== null) return type;
  throw sqlError(
    "Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
    { span: syntax.span },
  );
}

/** The condition of a clause; NULL is none. */
export function bindClauseOver(
  clause: 'WHERE' | 'HAVING',
  row: readonly RowColumn[],
  predicate: Expression,
  context: AnalysisContext,
): BoundExpression {
  const bound = bindPredicate(predicate, clause, optionsOver(row, context));
  if (bound.type === null) throw noCondition(bound, clause);
  return bound;
}
