import type { FunctionCall } from '../../../grammar/ast.ts';
import { bindOver, knownType } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import type { BoundTableCall, RowColumn } from './nodes.ts';

/** Resolves a call of a table function over a row. */
export function tableCallOf(
  call: FunctionCall,
  row: readonly RowColumn[],
  context: AnalysisContext,
): BoundTableCall {
  const bound = call.arguments.map((argument) => bindOver(row, argument, context));
  const { functions, properties } = context;
  return {
    name: call.name,
    arguments: bound,
    resolved: functions.resolveTable(call.name, bound.map(knownType), properties),
  };
}
