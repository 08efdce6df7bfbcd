import { describe, expect, it } from 'vitest';
import { engineAfter, valuesIn } from '../engine-after.ts';

/** The values that a query writes for records of `s`, as JSON. */
async function valuesOf(
  columns: string,
  query: string,
  values: readonly object[],
): Promise<readonly (string | undefined)[]> {
  const engine = await engineAfter(
    `CREATE STREAM s (k STRING KEY, ${columns}) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON'); ${query}`,
  );
  engine.run(
    values.map((value) => ({
      topic: 's',
      record: { key: Buffer.from('k'), value: Buffer.from(JSON.stringify(value)), timestamp: 0, headers: [] },
    })),
  );
  return valuesIn(engine, 'R');
}

describe('names that planning generates are not those of columns', () => {
  it('of table functions', async () => {
    const query = 'CREATE STREAM r AS SELECT k, KSQL_SYNTH_0, EXPLODE(items) AS item FROM s;';
    const rows = await valuesOf('KSQL_SYNTH_0 INT, items ARRAY<INT>', query, [
      { KSQL_SYNTH_0: 7, ITEMS: [1, 2] },
    ]);
    expect(rows).toEqual(['{"KSQL_SYNTH_0":7,"ITEM":1}', '{"KSQL_SYNTH_0":7,"ITEM":2}']);
  });

  it('of aggregates', async () => {
    const query =
      'CREATE TABLE r AS SELECT KSQL_AGG_VARIABLE_0, AS_VALUE(KSQL_AGG_VARIABLE_0) AS g, COUNT(*) AS n, SUM(v) AS total ' +
      'FROM s GROUP BY KSQL_AGG_VARIABLE_0 HAVING SUM(v) > 1;';
    const rows = await valuesOf('KSQL_AGG_VARIABLE_0 BIGINT, v INT', query, [
      { KSQL_AGG_VARIABLE_0: 7, V: 5 },
      { KSQL_AGG_VARIABLE_0: 7, V: 6 },
    ]);
    expect(rows).toEqual(['{"G":7,"N":1,"TOTAL":5}', '{"G":7,"N":2,"TOTAL":11}']);
  });

  it('of columns without an alias', async () => {
    const rows = await valuesOf(
      'KSQL_COL_0 INT',
      'CREATE STREAM r AS SELECT k, KSQL_COL_0, KSQL_COL_0 + 1 FROM s;',
      [{ KSQL_COL_0: 7 }],
    );
    expect(rows).toEqual(['{"KSQL_COL_0":7,"KSQL_COL_1":8}']);
  });
});

describe('names of joined columns', () => {
  const sources = `
    CREATE STREAM s1 (k STRING KEY, b_c INT, x INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
    CREATE TABLE s2 (k STRING PRIMARY KEY, c INT, b_c INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`;

  const results = async (query: string): Promise<readonly (string | undefined)[]> => {
    const engine = await engineAfter(`${sources} ${query}`);
    const record = (topic: string, value: object) => ({
      topic,
      record: { key: Buffer.from('k'), value: Buffer.from(JSON.stringify(value)), timestamp: 0, headers: [] },
    });
    engine.run([record('t', { C: 2, B_C: 3 }), record('s', { B_C: 1, X: 4 })]);
    return valuesIn(engine, 'R');
  };

  it('do not meet where an alias ends as a column begins', async () => {
    const query =
      'CREATE STREAM r AS SELECT a.k, a.b_c AS one, a_b.c AS two, a_b.b_c AS three, a.b_c + a_b.c AS sum ' +
      'FROM s1 a JOIN s2 a_b ON a.k = a_b.k WHERE a_b.c = 2 AND a.b_c = 1;';
    expect(await results(query)).toEqual(['{"ONE":1,"TWO":2,"THREE":3,"SUM":3}']);
  });

  it('are refused where a star would give one name to two columns', async () => {
    await expect(
      results('CREATE STREAM r AS SELECT * FROM s1 a JOIN s2 a_b ON a.k = a_b.k;'),
    ).rejects.toThrow('Duplicate value columns found in schema: `A_B_C` INTEGER');
  });
});

describe('columns whose names end as those of records do', () => {
  it('are columns like others where rows are counted', async () => {
    const engine = await engineAfter(`
      CREATE STREAM s (k STRING KEY, my_rowtime BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
      CREATE TABLE t (k STRING PRIMARY KEY, c INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
      CREATE TABLE r AS SELECT s.k, COUNT(*) AS n FROM s JOIN t ON s.k = t.k GROUP BY s.k;`);
    const record = (topic: string, value: object) => ({
      topic,
      record: { key: Buffer.from('k'), value: Buffer.from(JSON.stringify(value)), timestamp: 0, headers: [] },
    });
    engine.run([record('t', { C: 2 }), record('s', { MY_ROWTIME: null })]);
    expect(valuesIn(engine, 'R')).toEqual(['{"N":1}']);
  });

  it('are compared with texts as columns of their types are', async () => {
    const query =
      "CREATE STREAM r AS SELECT k, CASE WHEN my_rowtime = 'noon' THEN 1 ELSE 0 END AS same FROM s;";
    expect(await valuesOf('my_rowtime STRING', query, [{ MY_ROWTIME: 'noon' }])).toEqual(['{"SAME":1}']);
  });
});
