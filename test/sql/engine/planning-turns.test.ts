import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { newNodeWorkers } from '../../../src/base/io/node-workers.ts';
import { SqlEngine } from '../../../src/sql/engine/engine.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { emptySession } from '../../../src/sql/statements/session.ts';
import { CaseHost } from '../../../src/sql/testing/case-host.ts';
import { TurnCounter } from '../../base/turn-counter.ts';

let turns: TurnCounter;
let engine: SqlEngine;

beforeEach(async () => {
  turns = new TurnCounter(1_000);
  engine = new SqlEngine({
    host: new CaseHost(),
    functions: builtInRegistry(),
    environment: {
      ...nodeEnvironment,
      ...turns.environment,
      workers: newNodeWorkers(),
      functionWorkers: newNodeWorkers(),
    },
  });
  const source =
    "CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
  for (const statement of await engine.prepare(source)) await engine.execute(statement);
  turns.count = 0;
});

afterEach(() => engine.close());

it.each([
  // Names, the steps, their optimum, their record, the result's columns, its topic; what is read back, the catalog, the check.
  ['CREATE STREAM t AS SELECT k, v + 1 AS w FROM s;', 9],
  ['INSERT INTO s SELECT k, v FROM s;', 7],
  ['SELECT k, v + 1 AS w FROM s EMIT CHANGES;', 4],
  ['EXPLAIN SELECT k, v + 1 AS w FROM s EMIT CHANGES;', 4],
])('others have their turn while it is checked: %s', async (sql, turnsMin) => {
  await engine.prepare(sql);
  expect(turns.count).toBeGreaterThanOrEqual(turnsMin);
});

it('others have their turn while a query is explained, and while it is planned to be run', async () => {
  const [explained] = await engine.prepare('EXPLAIN SELECT k, v + 1 AS w FROM s EMIT CHANGES;');
  turns.count = 0;
  const result = explained && (await engine.execute(explained));
  expect(result).toMatchObject({ kind: 'explain', explanation: { kind: 'PUSH' } });
  expect(turns.count).toBeGreaterThanOrEqual(12);
});

it('a plan is the same, whoever has had a turn meanwhile', async () => {
  const sql = 'CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k;';
  const [inTurns] = await engine.prepare(sql, emptySession);
  const alone = new SqlEngine({ host: new CaseHost(), functions: builtInRegistry() });
  const source =
    "CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
  for (const statement of await alone.prepare(source)) await alone.execute(statement);
  const [atOnce] = await alone.prepare(sql, emptySession);
  expect(inTurns?.prepared?.plan).toEqual(atOnce?.prepared?.plan);
  await alone.close();
});
