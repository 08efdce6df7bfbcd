import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../grammar/parse.ts';
import { createSource } from '../../../src/sql/statements/create-source.ts';
import { createSourceAs } from '../../../src/sql/statements/create-source-as.ts';
import { engineAfter } from '../engine-after.ts';

const SETTINGS = "PARTITIONS=2, RETENTION_MS=-1, CLEANUP_POLICY='delete, compact'";

const { context } = await engineAfter(
  "CREATE STREAM s (a INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);",
);

/** The topic that a statement asks for. */
function topicOf(sql: string): unknown {
  const [parsed] = parseScript(sql);
  if (parsed === undefined) throw new Error('no statement');
  const input = { text: parsed.text, context, queryNumber: 1, queries: [] };
  const { statement } = parsed;
  const plan =
    statement.kind === 'CreateSource'
      ? createSource.plan({ ...input, statement })
      : statement.kind === 'CreateSourceAs'
        ? createSourceAs.plan({ ...input, statement })
        : undefined;
  return plan !== undefined && 'topic' in plan ? plan.topic : undefined;
}

describe('the topic of a statement', () => {
  it.each([
    `CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', ${SETTINGS});`,
    `CREATE STREAM o WITH (KAFKA_TOPIC='o', ${SETTINGS}) AS SELECT * FROM s;`,
  ])('is made with the settings that the statement gives: %s', (sql) => {
    expect(topicOf(sql)).toMatchObject({ partitions: 2, retentionMs: -1, cleanupPolicy: 'delete, compact' });
  });

  it.each([
    ["CREATE STREAM o (a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', PARTITIONS=1);", false, undefined],
    [
      "CREATE TABLE o (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', PARTITIONS=1);",
      true,
      undefined,
    ],
    [
      "CREATE TABLE o (k INT PRIMARY KEY) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', PARTITIONS=1, CLEANUP_POLICY='delete');",
      true,
      'delete',
    ],
    ['CREATE TABLE o AS SELECT a, COUNT(*) AS c FROM s GROUP BY a;', true, undefined],
    [
      'CREATE TABLE o AS SELECT a, COUNT(*) AS c FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY a;',
      true,
      'compact,delete',
    ],
  ])(
    'keeps the last row of each key of a table, and windows no longer than they matter: %s',
    (sql, compacted, policy) => {
      expect(topicOf(sql)).toMatchObject({ compacted });
      expect((topicOf(sql) as { cleanupPolicy?: string }).cleanupPolicy).toBe(policy);
    },
  );
});
