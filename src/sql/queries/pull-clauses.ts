import type { Expression, Query } from '../../../grammar/ast.ts';
import { columnsOf } from '../../../grammar/traverse.ts';
import { type AnalyzedQuery, analyzeQuery, expressionsOf } from '../analysis/analyze-query.ts';
import { type AnalysisContext, booleanProperty } from '../analysis/session.ts';
import { pullQueryError } from './pull-errors.ts';

/** Analyses a SELECT without EMIT. @throws {DiagnosticError} for what only push queries have. */
export function analyzePull(query: Query, context: AnalysisContext): AnalyzedQuery {
  rejectClauses(query);
  rejectLimit(query, context);
  const analyzed = analyzeQuery(query, context);
  rejectColumns(analyzed);
  return analyzed;
}

function rejectClauses(query: Query): void {
  const clause = pushClauseOf(query);
  if (clause === undefined) return;
  throw pullQueryError(`Pull queries don't support ${clause} clauses.`, {
    hint: 'make a table of it with CREATE TABLE … AS SELECT, or add EMIT CHANGES',
    span: query.span,
  });
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
    throw pullQueryError(
      'LIMIT clause in pull queries is currently disabled. You can enable them by setting ksql.query.pull.limit.clause.enabled=true.',
      { span },
    );
  }
  if (limit < 0) {
    throw pullQueryError("Pull queries don't support negative integers in the LIMIT clause.", { span });
  }
}

/** Rows that are kept have no place in a topic any more. */
function rejectColumns(query: AnalyzedQuery): void {
  const check = (clause: string, expressions: readonly Expression[]): void => {
    const names = expressions.flatMap((expression) => columnsOf(expression).map(({ name }) => name));
    const bad = [...new Set(names)].filter((name) => name === 'ROWPARTITION' || name === 'ROWOFFSET');
    if (bad.length === 0) return;
    throw pullQueryError(
      `Pull queries don't support the following columns in ${clause} clauses: ${bad.map((name) => `\`${name}\``).join(', ')}\n`,
    );
  };
  check('SELECT', query.select.flatMap(expressionsOf));
  check('WHERE', query.where === undefined ? [] : [query.where]);
}

/** Streams keep no rows: a pull query over one reads its topic. */
export function isOverStream(query: Query, { catalog }: Pick<AnalysisContext, 'catalog'>): boolean {
  return catalog.source(query.from.source.name)?.kind === 'STREAM';
}
