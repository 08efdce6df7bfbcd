import type { Query } from '../../../grammar/ast.ts';
import { type AnalysisContext, booleanProperty } from '../analysis/session.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { generatedQueryId, type QueryId } from '../physical/query-id.ts';

/**
 * The id of a push query. Where `ksql.query.push.v2.enabled` is true, those that ksqlDB would serve from a running
 * persistent query have the name that clients know them by: a filter or projection over a query's result, from now on.
 */
export function pushQueryId(
  query: Query,
  number: number,
  catalog: Catalog,
  { properties }: AnalysisContext,
): QueryId {
  const { name } = query.from.source;
  const fromNow = properties['auto.offset.reset'] !== 'earliest';
  const isScalable =
    booleanProperty(properties, 'ksql.query.push.v2.enabled') === true &&
    fromNow &&
    query.emit === 'CHANGES' &&
    catalog.source(name)?.isQueryResult === true &&
    query.from.joins.length === 0 &&
    query.window === undefined &&
    query.groupBy === undefined &&
    query.partitionBy === undefined &&
    query.having === undefined;
  return generatedQueryId(
    { prefix: isScalable ? 'SCALABLE_PUSH_QUERY_' : 'transient_', name },
    { number, isTaken: () => false },
  );
}
