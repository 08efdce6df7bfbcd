import type { CreateSourceAs } from '../../../../grammar/ast.ts';
import { type AnalysisContext, booleanProperty } from '../../analysis/session.ts';
import { statementMessages } from '../../messages/statements.ts';
import { refuse } from '../../analysis/sql-error.ts';
import type { WithProperties } from '../../analysis/with-properties.ts';
import { generatedQueryId, parseQueryId, type QueryId, type QueryIdPrefix } from '../../physical/query-id.ts';
import type { QueryPlan } from '../../physical/steps.ts';

/** The persistent queries, and the number of the next one. */
interface QueryNumbers {
  readonly queryNumber: number;
  readonly queries: readonly QueryPlan[];
}

/** @throws {DiagnosticError} for an id that is none, and for one that another query has. */
export function givenQueryId(
  properties: WithProperties,
  { queries }: Pick<QueryNumbers, 'queries'>,
): QueryId | undefined {
  const text = properties.string('QUERY_ID');
  if (text === undefined) return undefined;
  const id = parseQueryId(text);
  if (queries.some(({ queryId }) => queryId === id)) {
    throw refuse(statementMessages.queryIdTaken(id), properties.place('QUERY_ID'));
  }
  return id;
}

/**
 * The query that writes to a source, in whose place another one goes on. @throws {DiagnosticError} where there are several, of which none can
 * be replaced alone, and where queries are not to be replaced.
 */
export function replacedQuery(
  { name, sourceKind }: CreateSourceAs,
  { queries, context }: Pick<QueryNumbers, 'queries'> & { readonly context: AnalysisContext },
): QueryPlan | undefined {
  const writers = queries.filter(({ sink }) => sink === name);
  if (writers.length > 1) {
    const ids = writers.map(({ queryId }) => queryId);
    throw refuse(statementMessages.replaceSeveral(name, ids));
  }
  if (writers.length > 0 && booleanProperty(context.properties, 'ksql.create.or.replace.enabled') === false) {
    throw refuse(statementMessages.replaceDisabled(sourceKind, name));
  }
  return writers[0];
}

/** The id of a query that is replaced, which may be given once more but not changed. */
export function keptQueryId({ queryId }: QueryPlan, properties: WithProperties): QueryId {
  const text = properties.string('QUERY_ID');
  if (text === undefined || text.toUpperCase() === queryId) return queryId;
  throw refuse(statementMessages.queryIdChanged(text.toUpperCase(), queryId), properties.place('QUERY_ID'));
}

export function newQueryId(
  parts: { readonly prefix: QueryIdPrefix; readonly name?: string },
  { queryNumber, queries }: QueryNumbers,
): QueryId {
  const isTaken = (id: string): boolean => queries.some(({ queryId }) => queryId === id);
  return generatedQueryId(parts, { number: queryNumber, isTaken });
}
