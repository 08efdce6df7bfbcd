import { describe, expect, it } from 'vitest';
import { engineAfter, valuesIn } from '../../engine-after.ts';

const sources = `
  CREATE STREAM a (id INT KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
  CREATE TABLE t (id INT PRIMARY KEY, w INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
  CREATE STREAM b AS SELECT id, v FROM a;
  CREATE TABLE n AS SELECT v, COUNT(*) AS c FROM a GROUP BY v;
  CREATE STREAM j AS SELECT a.id AS id, w FROM a JOIN t ON a.id = t.id;
`;

describe('CREATE OR REPLACE', () => {
  it('keeps the id of the query that it replaces', async () => {
    const engine = await engineAfter(
      `${sources} CREATE OR REPLACE STREAM b AS SELECT id, v, v + 1 AS w FROM a WHERE v > 1;`,
    );
    expect(engine.queries.map(({ queryId }) => queryId)).toEqual(['CSAS_B_0', 'CTAS_N_1', 'CSAS_J_2']);
    expect(engine.catalog.source('B')?.schema.toString()).toBe('`ID` INTEGER KEY, `V` INTEGER, `W` INTEGER');
  });

  it('goes on in the state of the query that it replaces', async () => {
    const script = `${sources}
      INSERT INTO a VALUES (1, 7);
      CREATE OR REPLACE TABLE n AS SELECT v, COUNT(*) AS c FROM a WHERE v > 0 GROUP BY v;
      INSERT INTO a VALUES (2, 7);`;
    expect(valuesIn(await engineAfter(script, { isLive: true }), 'N')).toEqual(['{"C":1}', '{"C":2}']);
  });

  it.each([
    [
      'CREATE OR REPLACE TABLE n AS SELECT v, COUNT(*) AS c FROM a WHERE id > 3 GROUP BY v;',
      'StreamAggregate must have matching columns not part of aggregate. Values differ: [`V`, `ROWTIME`] vs. [`V`, `ROWTIME`, `ID`]',
    ],
    [
      'CREATE OR REPLACE STREAM b AS SELECT id, v + 1 AS w FROM a;',
      'changed, missing or reordered: [`V` INTEGER]',
    ],
    ['CREATE OR REPLACE STREAM b AS SELECT v, id FROM a PARTITION BY v;', 'Key columns must be identical'],
    [
      'CREATE OR REPLACE TABLE b AS SELECT id, COUNT(*) AS c FROM a GROUP BY id;',
      'A stream with the same name already exists',
    ],
    [
      "CREATE OR REPLACE STREAM b WITH (KAFKA_TOPIC='other') AS SELECT id, v FROM a;",
      'has topic = B which cannot be upgraded',
    ],
    [
      "CREATE OR REPLACE STREAM b WITH (VALUE_FORMAT='DELIMITED') AS SELECT id, v FROM a;",
      'has valueFormat = JSON',
    ],
    [
      'CREATE OR REPLACE TABLE n AS SELECT v, COUNT(*) AS c, SUM(v) AS s FROM a GROUP BY v;',
      'Plan step of type StreamAggregate must have matching aggregate functions. Values differ: [COUNT(*)] vs. [COUNT(*), SUM(V)]',
    ],
    [
      'CREATE OR REPLACE STREAM j AS SELECT a.id AS id, w FROM a JOIN t ON a.id = t.id WHERE w > 1;',
      'Upgrades not yet supported for StreamTableJoin',
    ],
    ['DROP STREAM a;', 'The following streams and/or tables read from this source: [B, N, J]'],
  ])('%s', async (text, message) => {
    await expect(engineAfter(sources + text)).rejects.toThrow(message);
  });

  it('lets the filter before an aggregation change', async () => {
    const engine = await engineAfter(
      `${sources} CREATE OR REPLACE TABLE n AS SELECT v, COUNT(*) AS c FROM a WHERE v > 1 GROUP BY v;`,
    );
    expect(engine.queries.filter(({ sink }) => sink === 'N')).toHaveLength(1);
  });

  const several =
    'REPLACE for sink `B` is not supported because there are multiple queries writing into it: [CSAS_B_0, INSERTQUERY_3]';

  it('does not replace one of several queries that write to a source', async () => {
    const engine = await engineAfter(`${sources} INSERT INTO b SELECT id, v FROM a WHERE v > 5;`);
    const replace = 'CREATE OR REPLACE STREAM b AS SELECT id, v FROM a WHERE v > 1;';
    await expect(engine.execute(replace)).rejects.toThrow(several);
    await engine.execute('TERMINATE INSERTQUERY_3;');
    await engine.execute(replace);
    expect(engine.queries.map(({ queryId }) => queryId)).toEqual(['CSAS_B_0', 'CTAS_N_1', 'CSAS_J_2']);
  });

  it('is refused where a session says so, of what a query writes alone', async () => {
    const engine = await engineAfter(`${sources} SET 'ksql.create.or.replace.enabled'='false';`);
    await expect(engine.execute('CREATE OR REPLACE STREAM b AS SELECT id, v FROM a;')).rejects.toThrow(
      "Cannot add stream 'B': A stream with the same name already exists",
    );
    await engine.execute(`
      CREATE OR REPLACE STREAM a (id INT KEY, v INT, w INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
      CREATE OR REPLACE STREAM c AS SELECT id, v FROM a;`);
    expect(engine.catalog.source('A')?.schema.toString()).toContain('`W` INTEGER');
  });

  it('replaces the one query that writes to a source, whatever began it', async () => {
    const engine = await engineAfter(
      `${sources} TERMINATE CSAS_B_0; INSERT INTO b SELECT id, v FROM a;
       CREATE OR REPLACE STREAM b AS SELECT id, v FROM a WHERE v > 1;
       INSERT INTO a VALUES (1, 1); INSERT INTO a VALUES (1, 2);`,
      { isLive: true },
    );
    expect(engine.queries.filter(({ sink }) => sink === 'B').map(({ queryId }) => queryId)).toEqual([
      'INSERTQUERY_3',
    ]);
    expect(valuesIn(engine, 'B')).toEqual(['{"V":2}']);
  });

  it('begins a query anew where the one that wrote was terminated', async () => {
    const engine = await engineAfter(
      `CREATE STREAM a2 (id INT KEY, v INT) WITH (KAFKA_TOPIC='a2', VALUE_FORMAT='JSON'); ${sources}
       TERMINATE CSAS_B_0; CREATE OR REPLACE STREAM b AS SELECT id, v FROM a2;`,
    );
    expect(engine.queries.filter(({ sink }) => sink === 'B').map(({ sources }) => sources)).toEqual([['A2']]);
  });

  it('replaces nothing that is there where it says IF NOT EXISTS, too', async () => {
    const engine = await engineAfter(`${sources}
      CREATE OR REPLACE STREAM IF NOT EXISTS b AS SELECT id, v FROM a WHERE v > 1;
      CREATE OR REPLACE STREAM IF NOT EXISTS a (id INT KEY, v INT, w INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
      CREATE OR REPLACE STREAM IF NOT EXISTS c AS SELECT id, v FROM a;`);
    const written = engine.queries.filter(({ sink }) => sink === 'B');
    expect(written.map(({ root }) => JSON.stringify(root).includes('"filter"'))).toEqual([false]);
    expect(engine.catalog.source('A')?.schema.toString()).toBe('`ID` INTEGER KEY, `V` INTEGER');
    expect(engine.catalog.source('C')).toBeDefined();
  });
});
