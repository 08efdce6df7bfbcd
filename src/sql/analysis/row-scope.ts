import type { ColumnReference, Expression } from '../../../grammar/ast.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import { bind } from '../bound/bind.ts';
import { CodeMistake } from '../bound/binder.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { bindPredicate, noCondition } from '../bound/predicate.ts';
import type { BindOptions } from '../bound/scope.ts';
import type { RowColumn } from '../logical/nodes.ts';
import { headed } from '../messages/refusal.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { rowIndex } from './row-index.ts';
import type { AnalysisContext } from './session.ts';
import { refuse } from './sql-error.ts';

function optionsOver(row: readonly RowColumn[], context: AnalysisContext): BindOptions {
  const columns = rowIndex(row);
  const scope = {
    resolveColumn: (reference: ColumnReference) => columns.find(reference),
    resolveType: (name: string) => context.catalog.type(name),
  };
  return { scope, functions: context.functions, config: context.properties };
}

/** What an expression means over a row. */
export function bindOver(
  row: readonly RowColumn[],
  expression: Expression,
  context: AnalysisContext,
): BoundExpression {
  return bind(expression, optionsOver(row, context));
}

/** The place of a column in a row; undefined for an expression that is no column of it. */
export function placeOf(row: readonly RowColumn[], expression: Expression): number | undefined {
  return expression.kind === 'ColumnReference' ? rowIndex(row).find(expression)?.index : undefined;
}

/** A condition over a row; NULL is one. */
export function bindConditionOver(
  row: readonly RowColumn[],
  predicate: Expression,
  context: AnalysisContext,
): BoundExpression {
  return bindPredicate(predicate, 'WHERE', optionsOver(row, context));
}

/** The expressions of a key. @param heading what ksqlDB puts before what it finds wrong when it generates code. */
export function bindKeys(
  heading: string,
  expressions: readonly Expression[],
  row: readonly RowColumn[],
  context: AnalysisContext,
): readonly BoundExpression[] {
  return expressions.map((expression) => {
    try {
      return bindOver(row, expression, context);
    } catch (error) {
      throw error instanceof CodeMistake ? refuse(headed(heading, error.diagnostic)) : error;
    }
  });
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
  throw refuse(expressionMessages.typeOfNull(), syntax.span);
}

/** The condition of a clause; NULL is none. */
export function bindClauseOver(
  clause: 'WHERE' | 'HAVING',
  row: readonly RowColumn[],
  predicate: Expression,
  context: AnalysisContext,
): BoundExpression {
  const bound = bindPredicate(predicate, clause, optionsOver(row, context));
  if (bound.type === null) throw noCondition(predicate, bound.type, clause);
  return bound;
}
