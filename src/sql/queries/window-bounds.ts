import type { Comparison, ComparisonOperator, Expression } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { constantOf } from '../analysis/constant.ts';
import { operatorNames } from '../bound/operator-names.ts';
import { parseTimestamp } from '../values/iso-time.ts';
import type { Conjunction } from './disjuncts.ts';
import type { TimeRange } from '../host/host.ts';
import { whereReasons } from '../messages/pull-queries.ts';
import { whereError } from './pull-errors.ts';

export const allTimes: TimeRange = {
  startMin: Number.MIN_SAFE_INTEGER,
  startMax: Number.MAX_SAFE_INTEGER,
  endMin: Number.MIN_SAFE_INTEGER,
  endMax: Number.MAX_SAFE_INTEGER,
};

type Side = 'upper' | 'lower' | 'equal';

/**
 * The windows that conditions on WINDOWSTART and WINDOWEND leave. The bounds are inclusive, so the rows that are found
 * still have to pass the condition. @throws {DiagnosticError} for bounds that contradict or repeat one another.
 */
export function windowBounds(conditions: Conjunction, context: AnalysisContext): TimeRange {
  const range: { -readonly [K in keyof TimeRange]: TimeRange[K] } = { ...allTimes };
  const seen = { WINDOWSTART: new Set<Side>(), WINDOWEND: new Set<Side>() };
  for (const condition of conditions) {
    if (condition.kind !== 'Comparison') continue;
    const bound = boundOf(condition);
    if (bound === undefined) continue;
    const { column, side } = bound;
    const atMs = millisecondsOf(bound.value, context);
    if (seen[column].has(side)) {
      throw whereError(whereReasons.boundsTwice(column, operatorNames[bound.operator]), {
        windowed: true,
        span: condition.span,
      });
    }
    seen[column].add(side);
    if (seen[column].has('equal') && seen[column].size > 1) {
      throw whereError(whereReasons.boundsContradict(formatExpression(condition), column), {
        windowed: true,
        span: condition.span,
      });
    }
    const [min, max] =
      column === 'WINDOWSTART' ? (['startMin', 'startMax'] as const) : (['endMin', 'endMax'] as const);
    if (side !== 'upper') range[min] = atMs;
    if (side !== 'lower') range[max] = atMs;
  }
  return range;
}

export function isWindowBound(expression: Expression): boolean {
  return (
    expression.kind === 'ColumnReference' &&
    (expression.name === 'WINDOWSTART' || expression.name === 'WINDOWEND')
  );
}

interface Bound {
  readonly column: 'WINDOWSTART' | 'WINDOWEND';
  readonly side: Side;
  /** As if the column stood on the left. */
  readonly operator: ComparisonOperator;
  readonly value: Expression;
}

function boundOf(condition: Comparison): Bound | undefined {
  const inverted = isWindowBound(condition.right);
  const column = inverted ? condition.right : condition.left;
  if (!isWindowBound(column) || column.kind !== 'ColumnReference') return undefined;
  const side = sideOf(condition.operator, inverted);
  if (side === undefined) {
    throw whereError(whereReasons.boundsOperator(column.name, operatorNames[condition.operator]), {
      windowed: true,
      span: condition.span,
    });
  }
  return {
    column: column.name as Bound['column'],
    side,
    operator: side === 'equal' ? '=' : side === 'upper' ? '<' : '>',
    value: inverted ? condition.left : condition.right,
  };
}

function sideOf(operator: ComparisonOperator, inverted: boolean): Side | undefined {
  switch (operator) {
    case '=':
      return 'equal';
    case '<':
    case '<=':
      return inverted ? 'lower' : 'upper';
    case '>':
    case '>=':
      return inverted ? 'upper' : 'lower';
    default:
      return undefined;
  }
}

function millisecondsOf(expression: Expression, context: AnalysisContext): number {
  const { type, value } = constantOf(expression, context);
  const isWhole = type?.kind === 'INTEGER' || type?.kind === 'BIGINT';
  // Nothing is looked up before functions of users were called.
  if (value === undefined && (isWhole || type?.kind === 'STRING')) return 0;
  if (type?.kind === 'STRING') {
    try {
      return parseTimestamp(value as string);
    } catch {
      throw whereError(whereReasons.boundsText(value as string), {
        windowed: true,
        span: expression.span,
      });
    }
  }
  if (value !== null && isWhole) return Number(value);
  throw whereError(whereReasons.boundsType, {
    windowed: true,
    span: expression.span,
  });
}
