import { expect, it } from 'vitest';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { SqlEngine } from '../../../src/sql/index.ts';
import { CaseHost } from '../../../src/sql/testing/case-host.ts';

const STREAM =
  "CREATE STREAM s (id STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

async function engineAfter(...scripts: readonly string[]): Promise<SqlEngine> {
  const engine = new SqlEngine({ host: new CaseHost(), functions: builtInRegistry() });
  for (const script of [STREAM, ...scripts]) await run(engine, script);
  return engine;
}

async function run(engine: SqlEngine, script: string): Promise<void> {
  for (const statement of await engine.prepare(script)) await engine.execute(statement);
}

const twice = (source: string): string =>
  `CREATE OR REPLACE FUNCTION twice(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS '${source}';`;

/** The functions that the plans of the queries hold. */
const functionsOf = (engine: SqlEngine): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    engine
      .queries()
      .map(({ id, plan: { functions = [] } }) => [
        id.replace(/_\d+$/, ''),
        functions.map(({ name, version, source }) => `${name} ${version}: ${source}`),
      ]),
  );

it('the plan of a query holds the functions that it calls, as they were when it was planned', async () => {
  const engine = await engineAfter(
    twice('x * 2'),
    "CREATE FUNCTION other(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'x';",
    'CREATE STREAM a AS SELECT id, ABS(TWICE(v) + 1) AS w FROM s;',
    twice('x + x'),
    'CREATE STREAM b AS SELECT id, v FROM s WHERE twice(v) > 2;',
    'CREATE STREAM c AS SELECT id, v FROM s;',
    'CREATE TABLE d AS SELECT id, SUM(twice(v)) AS w FROM s GROUP BY id HAVING SUM(other(v)) > 1;',
  );
  expect(functionsOf(engine)).toEqual({
    CSAS_A: ['TWICE 1: x * 2'],
    CSAS_B: ['TWICE 2: x + x'],
    CSAS_C: [],
    CTAS_D: ['OTHER 1: x', 'TWICE 2: x + x'],
  });
  await engine.close();
});

it('a function is dropped when no query calls it in whatever version', async () => {
  const engine = await engineAfter(
    twice('x * 2'),
    'CREATE STREAM a AS SELECT id, twice(v) AS w FROM s;',
    twice('x'),
  );
  await expect(run(engine, 'DROP FUNCTION twice;')).rejects.toThrow('the following queries use it: [CSAS_A_');
  await run(engine, 'DROP STREAM a; DROP FUNCTION twice;');
  await expect(run(engine, 'DROP FUNCTION twice;')).rejects.toThrow("Function 'TWICE' does not exist");
  await engine.close();
});

it('a script is checked with the functions that it makes', async () => {
  const engine = await engineAfter(`${twice('x * 2')} CREATE STREAM a AS SELECT id, twice(v) AS w FROM s;`);
  expect(functionsOf(engine)).toEqual({ CSAS_A: ['TWICE 1: x * 2'] });
  await expect(
    engine.prepare(`DROP STREAM a; DROP FUNCTION twice; SELECT twice(v) FROM s EMIT CHANGES;`),
  ).rejects.toThrow('TWICE');
  await engine.close();
});
