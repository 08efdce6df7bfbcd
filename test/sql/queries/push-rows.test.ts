import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../grammar/parse.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { type CaseAnswer, CaseEngine } from '../../../src/sql/testing/case-engine.ts';

const functions = builtInRegistry();

/** Runs statements and inserts, then a push query over all that was written. */
async function push(
  script: string,
  select: string,
  properties: Readonly<Record<string, string>> = {},
): Promise<CaseAnswer> {
  const engine = new CaseEngine({ functions, properties, isLive: true });
  try {
    for (const statement of parseScript(script)) await engine.executeStatement(statement);
    const [query] = parseScript(select);
    if (query === undefined) throw new Error('no query');
    return await engine.query(query);
  } finally {
    await engine.close();
  }
}

const stream = `
  CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
`;

describe('what a push query shows', () => {
  it('deletions of a windowed table with the bounds of their window', async () => {
    const script = `${stream}
      CREATE TABLE sums AS SELECT k, SUM(v) AS total FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k HAVING SUM(v) > 0;
      INSERT INTO s (k, v, ROWTIME) VALUES (7, 5, 1500);
      INSERT INTO s (k, v, ROWTIME) VALUES (7, -9, 1600);`;
    const { rows } = await push(script, 'SELECT * FROM sums EMIT CHANGES;');
    expect(rows).toEqual([
      { columns: [7, 1000, 2000, 5] },
      { columns: [7, 1000, 2000, null], tombstone: true },
    ]);
  });

  it('deletions by what was selected of their key, whatever it is called', async () => {
    const script = `${stream}
      CREATE TABLE sums AS SELECT k, SUM(v) AS total FROM s GROUP BY k HAVING SUM(v) > 0;
      INSERT INTO s VALUES (7, 5);
      INSERT INTO s VALUES (7, -9);`;
    const { rows } = await push(script, 'SELECT total AS k, k AS id, k + 1 AS next FROM sums EMIT CHANGES;');
    expect(rows).toEqual([{ columns: [5, 7, 8] }, { columns: [null, 7, null], tombstone: true }]);
  });

  it('one running result where an aggregate has no GROUP BY', async () => {
    const script = `${stream} INSERT INTO s VALUES (1, 5); INSERT INTO s VALUES (2, 6);`;
    const { rows } = await push(script, 'SELECT SUM(v) AS total, COUNT(*) AS n FROM s EMIT CHANGES;');
    expect(rows.map(({ columns }) => columns)).toEqual([
      [5, 1],
      [11, 2],
    ]);
    await expect(push(`${stream} CREATE TABLE t AS SELECT SUM(v) AS total FROM s;`, '')).rejects.toThrow(
      'Use of aggregate function SUM requires a GROUP BY clause.',
    );
  });

  it('the id that ksqlDB gives a query over the result of a running one', async () => {
    const script = `${stream} CREATE STREAM t AS SELECT * FROM s;`;
    const v2 = { 'ksql.query.push.v2.enabled': 'true', 'auto.offset.reset': 'latest' };
    expect((await push(script, 'SELECT * FROM t EMIT CHANGES;', v2)).id).toMatch(/^SCALABLE_PUSH_QUERY_T_/);
    expect((await push(script, 'SELECT * FROM s EMIT CHANGES;', v2)).id).toMatch(/^transient_S_/);
    expect((await push(script, 'SELECT * FROM t EMIT CHANGES;')).id).toMatch(/^transient_T_/);
  });

  it('nothing of a stream record without a value, and all columns of a windowed join', async () => {
    const windowed = (name: string): string =>
      `CREATE STREAM ${name} (k INT KEY, v INT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='1 SECOND');`;
    const { columns } = await push(
      `${windowed('a')} ${windowed('b')} CREATE STREAM j AS SELECT * FROM a JOIN b WITHIN 1 HOUR ON a.k = b.k;`,
      'SELECT * FROM j EMIT CHANGES;',
    );
    expect(columns.map(({ name }) => name)).toEqual([
      ...['A_K', 'WINDOWSTART', 'WINDOWEND', 'A_WINDOWSTART', 'A_WINDOWEND', 'A_V'],
      ...['B_K', 'B_WINDOWSTART', 'B_WINDOWEND', 'B_V'],
    ]);
  });

  it('records without a key, unless the query is a scalable one', async () => {
    const script = `${stream}
      CREATE STREAM copied AS SELECT * FROM s;
      INSERT INTO s (v) VALUES (1);
      INSERT INTO s (k, v) VALUES (7, 2);`;
    const rowsWith = async (properties: Readonly<Record<string, string>>): Promise<unknown> => {
      const { rows } = await push(script, 'SELECT v FROM copied EMIT CHANGES;', properties);
      return rows.map(({ columns }) => columns);
    };
    expect(await rowsWith({})).toEqual([[1], [2]]);
    expect(await rowsWith({ 'ksql.query.push.v2.enabled': 'true' })).toEqual([[2]]);
  });
});
