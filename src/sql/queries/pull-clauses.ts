import type { Expression, Query } from '../../../grammar/ast.ts';
import { columnsOf } from '../../../grammar/traverse.ts';
import { type AnalyzedQuery, analyzeQuery, expressionsOf } from '../analysis/analyze-query.ts';
import { type AnalysisContext, booleanProperty } from '../analysis/session.ts';
import { callsIn } from '../analysis/select-items.ts';
import { refuse } from '../analysis/sql-error.ts';
import { pullMessages } from '../messages/pull-queries.ts';

/** Analyses a SELECT without EMIT. @throws {DiagnosticError} for what only push queries have. */
export function analyzePull(query: Query, context: AnalysisContext): AnalyzedQuery {
  if (booleanProperty(context.properties, 'ksql.pull.queries.enable') === false) {
    throw refuse(pullMessages.disabled(), query.span);
  }
  if (
    isOverStream(query, context) &&
    booleanProperty(context.properties, 'ksql.query.pull.stream.enabled') === false
  ) {
    throw refuse(pullMessages.streamsDisabled(), query.span);
  }
  rejectClauses(query);
  rejectLimit(query, context);
  const analyzed = analyzeQuery(query, context);
  rejectColumns(analyzed);
  rejectAggregates(analyzed, context);
  return analyzed;
}

function rejectClauses(query: Query): void {
  const clause = pushClauseOf(query);
  if (clause === undefined) return;
  throw refuse(pullMessages.clause(clause), query.span);
}

function pushClauseOf(query: Query): string | undefined {
  if (query.from.joins.length > 0) return 'JOIN';
  if (query.window !== undefined) return 'WINDOW';
  if (query.groupBy !== undefined) return 'GROUP BY';
  if (query.partitionBy !== undefined) return 'PARTITION BY';
  if (query.having !== undefined) return 'HAVING';
  return undefined;
}

function rejectLimit({ limit, span }: Query, { properties }: AnalysisContext): void {
  if (limit === undefined) return;
  if (booleanProperty(properties, 'ksql.query.pull.limit.clause.enabled') === false) {
    throw refuse(pullMessages.limitDisabled(), span);
  }
  if (limit < 0) {
    throw refuse(pullMessages.limitNegative(), span);
  }
}

const ROW_PLACES: ReadonlySet<string> = new Set(['ROWPARTITION', 'ROWOFFSET']);

/** Rows that are kept have no place in a topic any more. */
function rejectColumns(query: AnalyzedQuery): void {
  const check = (clause: string, expressions: readonly Expression[]): void => {
    const bad = expressions.flatMap(columnsOf).filter(({ name }) => ROW_PLACES.has(name));
    if (bad.length === 0) return;
    const names = [...new Set(bad.map(({ name }) => name))];
    throw refuse(pullMessages.columns(clause, names), bad[0]?.span);
  };
  check('SELECT', query.select.flatMap(expressionsOf));
  check('WHERE', query.where === undefined ? [] : [query.where]);
}

function rejectAggregates({ select }: AnalyzedQuery, { functions }: AnalysisContext): void {
  const isAggregate = (name: string): boolean => functions.aggregate(name) !== undefined;
  const call = select.flatMap(expressionsOf).flatMap((expression) => callsIn(expression, isAggregate))[0];
  if (call !== undefined) throw refuse(pullMessages.aggregate(call.name), call.span);
}

/** Streams keep no rows: a pull query over one reads its topic. */
export function isOverStream(query: Query, { catalog }: Pick<AnalysisContext, 'catalog'>): boolean {
  return catalog.source(query.from.source.name)?.kind === 'STREAM';
}
