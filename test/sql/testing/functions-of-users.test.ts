import { expect, it } from 'vitest';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { runSqlTest } from '../../../src/sql/testing/run-sql-test.ts';
import { splitTests } from '../../../src/sql/testing/sql-test.ts';

const SCRIPT = `--@test: functions of users
CREATE FUNCTION twice(x INT) RETURNS BIGINT LANGUAGE JAVASCRIPT AS 'x * 2';
CREATE STREAM s (id STRING KEY, v BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM doubled AS SELECT id, twice(CAST(v AS INT)) AS w FROM s;
INSERT INTO s (id, v) VALUES ('a', twice(3));
ASSERT VALUES doubled (id, w) VALUES ('a', `;

const options = { functions: builtInRegistry(), scripts: () => '' };

it.each([
  ['twice(6));', true],
  ['twice(7));', false],
])('are called where rows are inserted, computed and asserted: %s', async (values, passed) => {
  const [test] = splitTests('script', SCRIPT + values);
  if (test === undefined) throw new Error('there is one test');
  const result = await runSqlTest(test, options);
  expect(result).toMatchObject(
    passed ? { passed } : { passed, problem: expect.stringContaining('expected 14, got 12') },
  );
});
