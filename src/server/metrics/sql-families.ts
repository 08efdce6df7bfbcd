import type { SqlEngine } from '../../sql/engine/engine.ts';
import type { BodyReader } from '../http/body-reader.ts';
import type { QueryRunner } from '../rest/query-runner.ts';
import { type MetricFamily, single } from './metric-family.ts';
import { queryFamilies } from './query-families.ts';

/** What the SQL server counts of itself and of its queries. */
export async function sqlFamilies(of: {
  readonly engine: SqlEngine;
  readonly queries: QueryRunner;
  readonly bodies: BodyReader;
}): Promise<readonly MetricFamily[]> {
  const running = of.engine.queries();
  const persistent = { name: 'ksql_persistent_queries', help: 'persistent queries' };
  const push = { name: 'ksql_push_queries', help: 'push queries that run' };
  const held = { name: 'ksql_http_request_bytes', help: 'bytes of request bodies that are read or in work' };
  return [
    single('gauge', persistent, () => running.length),
    single('gauge', push, () => of.queries.pushCount),
    single('gauge', held, () => of.bodies.totalBytes),
    ...(await queryFamilies(running)),
  ];
}
