import { describe, expect, it } from 'vitest';
import { engineAfter } from '../../engine-after.ts';
import type { CaseEngine } from '../../../../src/sql/testing/case-engine.ts';

const sources = `
  CREATE STREAM a (id INT KEY, v INT, t BIGINT, l ARRAY<INT>) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
  CREATE STREAM a2 (id INT KEY, v INT, t BIGINT) WITH (KAFKA_TOPIC='a2', VALUE_FORMAT='JSON');
  CREATE STREAM a_again (id INT KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
  CREATE STREAM a_wide (id INT KEY, v BIGINT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
  CREATE STREAM a_keys (id BIGINT KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
  CREATE STREAM a_json (id INT KEY, v INT) WITH (KAFKA_TOPIC='a', FORMAT='JSON');
  CREATE STREAM a_time (id INT KEY, v INT, t BIGINT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', TIMESTAMP='t');
  CREATE STREAM a_heads (id INT KEY, v INT, h BYTES HEADER('h')) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
  CREATE STREAM w (id INT KEY, v INT)
    WITH (KAFKA_TOPIC='w', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='1 SECOND');
  CREATE TABLE t (id INT PRIMARY KEY, v INT, x INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
  CREATE TABLE t_more (id INT PRIMARY KEY, v INT, x INT, y INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
  CREATE TABLE t_other (id INT PRIMARY KEY, x INT, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
`;

/** Runs `CREATE <kind> r AS <before>` and replaces it. */
async function replaced(
  kind: 'STREAM' | 'TABLE',
  [before, after]: readonly [string, string],
): Promise<CaseEngine> {
  const engine = await engineAfter(`${sources} CREATE ${kind} r ${before};`);
  await engine.execute(`CREATE OR REPLACE ${kind} r ${after};`);
  return engine;
}

const differs = (step: string, what: string, values: string): string =>
  `Query is not upgradeable. Plan step of type ${step} must have matching ${what}. Values differ: ${values}`;

describe('CREATE OR REPLACE … AS takes over the state of a query', async () => {
  const count = 'SELECT v, COUNT(*) AS c FROM';
  it.each([
    ['STREAM', 'nothing', 'AS SELECT id, v FROM a', 'AS SELECT id, v FROM a'],
    ['STREAM', 'a filter', 'AS SELECT id, v FROM a', 'AS SELECT id, v FROM a WHERE v > 1'],
    ['STREAM', 'a projection', 'AS SELECT id, v FROM a', 'AS SELECT id, v * 2 AS v FROM a'],
    ['STREAM', 'one more column', 'AS SELECT id, v FROM a', 'AS SELECT id, v, t FROM a'],
    ['STREAM', 'an alias', 'AS SELECT id, v FROM a', 'AS SELECT x.id AS id, x.v AS v FROM a x'],
    ['STREAM', 'the name of the source of a topic', 'AS SELECT id, v FROM a', 'AS SELECT id, v FROM a_again'],
    [
      'STREAM',
      'the filter above a key',
      'AS SELECT v, t FROM a PARTITION BY v',
      'AS SELECT v, t FROM a WHERE t > 1 PARTITION BY v',
    ],
    [
      'STREAM',
      'the filter beside a table function',
      'AS SELECT id, EXPLODE(l) AS e FROM a',
      'AS SELECT id, EXPLODE(l) AS e FROM a WHERE v > 1',
    ],
    ['TABLE', 'the filter of a table', 'AS SELECT id, v FROM t', 'AS SELECT id, v FROM t WHERE v > 1'],
    ['TABLE', 'columns at the end of a table', 'AS SELECT id, v FROM t', 'AS SELECT id, v FROM t_more'],
    [
      'TABLE',
      'the filter of an aggregation',
      `AS ${count} a WHERE v > 1 GROUP BY v`,
      `AS ${count} a WHERE v > 2 GROUP BY v`,
    ],
    ['TABLE', 'HAVING', `AS ${count} a GROUP BY v`, `AS ${count} a GROUP BY v HAVING COUNT(*) > 1`],
    [
      'TABLE',
      'a column of the group',
      `AS ${count} a GROUP BY v`,
      'AS SELECT v, COUNT(*) AS c, AS_VALUE(v) AS w FROM a GROUP BY v',
    ],
  ] as const)('%s: %s may change', async (kind, _, before, after) => {
    expect((await replaced(kind, [before, after])).queries).toHaveLength(1);
  });

  it.each([
    [
      'STREAM',
      'the topic that is read',
      'AS SELECT id, v FROM a',
      'AS SELECT id, v FROM a2',
      differs('StreamSource', 'topicName', 'a vs. a2'),
    ],
    [
      'STREAM',
      'a format that is read',
      "WITH (KEY_FORMAT='KAFKA') AS SELECT id, v FROM a",
      "WITH (KEY_FORMAT='KAFKA') AS SELECT id, v FROM a_json",
      'Plan step of type StreamSource must have matching formats',
    ],
    [
      'STREAM',
      'the time that is read',
      'AS SELECT id, v FROM a',
      'AS SELECT id, v FROM a_time',
      differs('StreamSource', 'timestampColumn', 'null vs. {"column":"T"}'),
    ],
    [
      'STREAM',
      'the headers that are read',
      'AS SELECT id, v FROM a',
      'AS SELECT id, v FROM a_heads',
      'Plan step of type StreamSource must have matching headers',
    ],
    [
      'STREAM',
      'the key that is read',
      'AS SELECT id, v FROM a',
      'AS SELECT CAST(id AS INT) AS id, v FROM a_keys PARTITION BY CAST(id AS INT)',
      'Query is not upgradeable. Cannot add a StreamSelectKey step that is not in the original query plan.',
    ],
    [
      'STREAM',
      'the time that is written',
      'AS SELECT id, t FROM a',
      "WITH (TIMESTAMP='t') AS SELECT id, t FROM a",
      'has timestampColumn = none which cannot be upgraded to timestampColumn = {"column":"T"}',
    ],
    [
      'STREAM',
      'the key',
      'AS SELECT v AS k, t FROM a PARTITION BY v',
      'AS SELECT v + 1 AS k, t FROM a PARTITION BY v + 1',
      differs('StreamSelectKey', 'keyExpressions', '[V] vs. [(V + 1)]'),
    ],
    [
      'STREAM',
      'a table function',
      'AS SELECT id, EXPLODE(l) AS e FROM a',
      'AS SELECT id, EXPLODE(ARRAY[v]) AS e FROM a',
      'Plan step of type StreamFlatMap must have matching table functions',
    ],
    [
      'STREAM',
      'a new table function',
      'AS SELECT id, v FROM a',
      'AS SELECT id, EXPLODE(l) AS v FROM a',
      'Cannot add a StreamFlatMap step that is not in the original query plan.',
    ],
    [
      'STREAM',
      'a join',
      'AS SELECT id, v FROM a',
      'AS SELECT a.id AS id, t.v AS v FROM a JOIN t ON a.id = t.id',
      'Query is not upgradeable. Cannot change a non-join source into a join source.',
    ],
    [
      'STREAM',
      'a query that joins a table',
      'AS SELECT a.id AS id, t.v AS v FROM a JOIN t ON a.id = t.id',
      'AS SELECT id, v FROM a',
      'Upgrades not yet supported for StreamTableJoin',
    ],
    [
      'STREAM',
      'a query that joins a stream',
      'AS SELECT a.id AS id, a2.v AS v FROM a JOIN a2 WITHIN 1 SECOND ON a.id = a2.id',
      'AS SELECT a.id AS id, a2.v AS v FROM a JOIN a2 WITHIN 2 SECONDS ON a.id = a2.id',
      'Upgrades not yet supported for StreamStreamJoin',
    ],
    [
      'STREAM',
      'a query over windows',
      'AS SELECT id, v FROM w',
      'AS SELECT id, v FROM w WHERE v > 1',
      'Upgrades not yet supported for WindowedStreamSource',
    ],
    [
      'TABLE',
      'a query that joins tables',
      'AS SELECT t.id AS id, t.v AS v FROM t JOIN t_more m ON t.id = m.id',
      'AS SELECT t.id AS id, t.v + 1 AS v FROM t JOIN t_more m ON t.id = m.id',
      'Upgrades not yet supported for TableTableJoin',
    ],
    [
      'TABLE',
      'the columns in the store of a table',
      'AS SELECT id, v FROM t',
      'AS SELECT id, v FROM t_other',
      'Plan step of type TableSource must have matching stored columns',
    ],
    [
      'TABLE',
      'the topic that is counted',
      `AS ${count} a GROUP BY v`,
      `AS ${count} a2 GROUP BY v`,
      differs('StreamSource', 'topicName', 'a vs. a2'),
    ],
    [
      'TABLE',
      'a table in the place of a stream',
      `AS ${count} a GROUP BY v`,
      `AS ${count} t GROUP BY v`,
      'Plan step of type StreamAggregate must have matching class. Values differ: StreamAggregate vs. TableAggregate',
    ],
    [
      'TABLE',
      'what is counted',
      'AS SELECT v, COUNT(t) AS c FROM a GROUP BY v',
      'AS SELECT v, COUNT(l) AS c FROM a GROUP BY v',
      differs('StreamAggregate', 'columns not part of aggregate', '[`V`, `T`] vs. [`V`, `L`]'),
    ],
    [
      'TABLE',
      'the function',
      'AS SELECT v, MIN(t) AS c FROM a GROUP BY v',
      'AS SELECT v, MAX(t) AS c FROM a GROUP BY v',
      differs('StreamAggregate', 'aggregate functions', '[MIN(T)] vs. [MAX(T)]'),
    ],
    [
      'TABLE',
      'the type of what is counted',
      'AS SELECT id, AVG(v) AS c FROM a GROUP BY id',
      'AS SELECT id, AVG(v) AS c FROM a_wide GROUP BY id',
      differs(
        'StreamAggregate',
        'column types',
        '[`ID` INTEGER, `V` INTEGER] vs. [`ID` INTEGER, `V` BIGINT]',
      ),
    ],
    [
      'TABLE',
      'the group',
      'AS SELECT v + id AS k, COUNT(*) AS c FROM a GROUP BY v + id',
      'AS SELECT id + v AS k, COUNT(*) AS c FROM a GROUP BY id + v',
      'Plan step of type StreamAggregate must have matching columns not part of aggregate',
    ],
    [
      'TABLE',
      'a group of the same columns',
      'AS SELECT v + id AS k, COUNT(*) AS c FROM a GROUP BY v + id',
      'AS SELECT v - id AS k, COUNT(*) AS c FROM a GROUP BY v - id',
      differs('StreamGroupBy', 'groupByExpressions', '[(V + ID)] vs. [(V - ID)]'),
    ],
    [
      'TABLE',
      'a window',
      `AS ${count} a WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY v`,
      `AS ${count} a WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 1 SECOND) GROUP BY v`,
      'Upgrades not yet supported for StreamWindowedAggregate',
    ],
    [
      'TABLE',
      'an aggregation of a table',
      `AS ${count} t GROUP BY v`,
      `AS ${count} t WHERE x > 1 GROUP BY v`,
      'Upgrades not yet supported for TableAggregate',
    ],
  ] as const)('%s: %s may not', async (kind, _, before, after, message) => {
    await expect(replaced(kind, [before, after])).rejects.toThrow(message);
  });
});

describe('CREATE OR REPLACE of a declared source keeps what others rely on', () => {
  const declare = (columns: string, properties = "KAFKA_TOPIC='s', VALUE_FORMAT='DELIMITED'"): string =>
    `CREATE OR REPLACE STREAM s (${columns}) WITH (${properties});`;
  const before = declare("k INT KEY, v INT, t BIGINT, h BYTES HEADER('h')");
  const columns = 'changed, missing or reordered';

  it.each([
    ["k INT KEY, v INT, t BIGINT, h BYTES HEADER('h'), w INT", undefined, undefined],
    ["k INT KEY, v INT, t BIGINT, h BYTES HEADER('h'), i BYTES HEADER('i')", undefined, undefined],
    ["k INT KEY, t BIGINT, v INT, h BYTES HEADER('h')", undefined, columns],
    [
      "k INT KEY, v INT, t BIGINT, h BYTES HEADER('other')",
      undefined,
      `${columns}: [\`H\` BYTES HEADER('h')]`,
    ],
    ['k INT KEY, v INT, t BIGINT', undefined, `${columns}: [\`H\` BYTES HEADER('h')]`],
    [
      undefined,
      "KAFKA_TOPIC='s2', VALUE_FORMAT='DELIMITED'",
      'has topic = s which cannot be upgraded to topic = s2',
    ],
    [
      undefined,
      "KAFKA_TOPIC='s', VALUE_FORMAT='JSON'",
      'has valueFormat = DELIMITED which cannot be upgraded to valueFormat = JSON',
    ],
    [
      undefined,
      "KAFKA_TOPIC='s', FORMAT='DELIMITED'",
      'has keyFormat = KAFKA which cannot be upgraded to keyFormat = DELIMITED',
    ],
    [
      undefined,
      "KAFKA_TOPIC='s', VALUE_FORMAT='DELIMITED', VALUE_DELIMITER='|'",
      /has valueFormat = .*cannot be upgraded to valueFormat = .*\|/,
    ],
    [
      undefined,
      "KAFKA_TOPIC='s', VALUE_FORMAT='DELIMITED', WINDOW_TYPE='SESSION'",
      /has keyFormat = .*cannot be upgraded to keyFormat = .*SESSION/,
    ],
    [
      undefined,
      "KAFKA_TOPIC='s', VALUE_FORMAT='DELIMITED', TIMESTAMP='t'",
      'has timestampColumn = none which cannot be upgraded',
    ],
  ])('%s %s', async (newColumns, properties, message) => {
    const engine = await engineAfter(before);
    const after = declare(newColumns ?? "k INT KEY, v INT, t BIGINT, h BYTES HEADER('h')", properties);
    if (message === undefined) await engine.execute(after);
    else await expect(engine.execute(after)).rejects.toThrow(message);
  });

  it('is not the way to declare the result of a query', async () => {
    const engine = await engineAfter(`${sources} CREATE STREAM r AS SELECT id, v FROM a;`);
    const text =
      "CREATE OR REPLACE STREAM r (id INT KEY, v INT) WITH (KAFKA_TOPIC='R', VALUE_FORMAT='JSON');";
    await expect(engine.execute(text)).rejects.toThrow('has isCasTarget = true which cannot be upgraded');
  });
});
