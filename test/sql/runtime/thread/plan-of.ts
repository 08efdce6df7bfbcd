import { builtInRegistry, type QueryPlan, SqlEngine } from '../../../../src/sql/index.ts';
import { CaseHost } from '../../../../src/sql/testing/case-host.ts';

const SOURCE =
  "CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

/** The plan of the query that a statement over a stream `s` starts. */
export async function planOf(sql: string): Promise<QueryPlan> {
  const engine = new SqlEngine({ host: new CaseHost(), functions: builtInRegistry() });
  for (const statement of await engine.prepare(SOURCE)) await engine.execute(statement);
  const [statement] = await engine.prepare(sql);
  await engine.close();
  const query = statement?.prepared?.plan.query;
  if (query === undefined) throw new Error('the statement starts a query');
  return query;
}
