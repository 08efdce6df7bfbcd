import type { Query } from '../../../grammar/ast.ts';
import { type AnalysisContext, booleanProperty } from '../analysis/session.ts';
import { generatedQueryId, type QueryId } from '../physical/query-id.ts';

/** The id of a push query: scalable ones have the name that clients know them by. */
export function pushQueryId(query: Query, number: number, context: AnalysisContext): QueryId {
  const { name } = query.from.source;
  return generatedQueryId(
    { prefix: isScalablePush(query, context) ? 'SCALABLE_PUSH_QUERY_' : 'transient_', name },
    { number, isTaken: () => false },
  );
}

/**
 * Whether ksqlDB would serve a push query from a running persistent query: with `ksql.query.push.v2.enabled`, those that
 * filter or project a query's result, from now on. Their records without a key are not shown.
 */
export function isScalablePush(query: Query, { catalog, properties }: AnalysisContext): boolean {
  return (
    booleanProperty(properties, 'ksql.query.push.v2.enabled') === true &&
    properties['auto.offset.reset'] !== 'earliest' &&
    query.emit === 'CHANGES' &&
    catalog.source(query.from.source.name)?.isQueryResult === true &&
    query.from.joins.length === 0 &&
    query.window === undefined &&
    query.groupBy === undefined &&
    query.partitionBy === undefined &&
    query.having === undefined
  );
}
