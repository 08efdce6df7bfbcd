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
});
