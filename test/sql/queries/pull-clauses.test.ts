import { expect, it } from 'vitest';
import { parseScript } from '../../../grammar/parse.ts';
import type { CaseAnswer } from '../../../src/sql/testing/case-engine.ts';
import { engineAfter } from '../engine-after.ts';

const script = `
  CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE n AS SELECT k, COUNT(*) AS c FROM s GROUP BY k;
  INSERT INTO s VALUES (1, 2);`;

async function rowsOf(select: string, properties: Readonly<Record<string, string>>): Promise<CaseAnswer> {
  const engine = await engineAfter(script, { isLive: true, properties });
  const [parsed] = parseScript(select);
  if (parsed === undefined) throw new Error('no statement');
  return engine.query(parsed);
}

it('streams are not read by pull queries where those are switched off', async () => {
  const off = { 'ksql.query.pull.stream.enabled': 'false' };
  await expect(rowsOf('SELECT * FROM s;', off)).rejects.toThrow(
    'Pull queries on streams are disabled. To create a push query on the stream, add EMIT CHANGES to the end. ' +
      "To enable pull queries on streams, set the ksql.query.pull.stream.enabled config to 'true'.",
  );
  expect((await rowsOf('SELECT * FROM n;', off)).rows).toHaveLength(1);
  expect((await rowsOf('SELECT * FROM s;', {})).rows).toHaveLength(1);
});

it('no pull query runs where those are switched off', async () => {
  const off = { 'ksql.pull.queries.enable': 'false' };
  for (const select of ['SELECT * FROM s;', 'SELECT * FROM n;']) {
    await expect(rowsOf(select, off)).rejects.toThrow('Pull queries are disabled.');
  }
});
