import type { Expression, FunctionCall } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { assertDefined } from '../../base/assert.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import { referenceTo } from '../analysis/column-address.ts';
import { rowIndex } from '../analysis/row-index.ts';
import { bindOver } from '../analysis/row-scope.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { withSpan } from '../analysis/sql-error.ts';
import { literalValue } from '../bound/literals.ts';
import type { BoundAggregate, RowColumn } from './nodes.ts';

/** `COUNT(*)` and `COUNT()` count rows by the one column that is never null. */
function aggregateArguments(call: FunctionCall, row: readonly RowColumn[]): readonly Expression[] {
  if (call.star !== true && call.arguments.length > 0) return call.arguments;
  const place = assertDefined(rowIndex(row).rowTime, 'what is aggregated has a time');
  return [referenceTo({ place }, row[place]?.name ?? '', call)];
}

/** Resolves a call of an aggregate function over a row. */
export function aggregatorOf(
  call: FunctionCall,
  row: readonly RowColumn[],
  context: AnalysisContext,
): BoundAggregate {
  const args = aggregateArguments(call, row);
  const bound = args.map((argument) => bindOver(row, argument, context));
  const literals = args.map((argument): SqlValue | undefined => literalValue(argument)?.value);
  const resolved = withSpan(call.span, () =>
    context.functions.resolveAggregate(
      call.name,
      bound.map(({ type }) => type),
      literals,
      context.properties,
      args.map(formatExpression),
    ),
  );
  return {
    name: call.name,
    resolved,
    inputs: resolved.rowArguments.flatMap((index) => bound[index] ?? []),
  };
}
