import { describe, expect, it } from 'vitest';
import { formatStatement, parse } from '../../../grammar/index.ts';
import { sanitizedStatement } from '../../../src/sql/analysis/sanitized-statement.ts';
import { engineAfter } from '../engine-after.ts';

const SOURCES = `
  CREATE STREAM s (k INT KEY, v INT, \`low\` STRUCT<f INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
  CREATE TABLE t (k INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`;

const { context } = await engineAfter(SOURCES);

function quoted(sql: string): string {
  const [statement] = parse(sql);
  if (statement === undefined) throw new Error('a statement');
  return formatStatement(sanitizedStatement(statement, context));
}

describe('the statement that an error quotes', () => {
  it('has its names resolved, its items named, and a line per clause', () => {
    expect(
      quoted('create table o with (partitions=2) as select v, v+1, count(*) from s group by v, k;'),
    ).toBe(
      [
        'CREATE TABLE O WITH (PARTITIONS=2) AS SELECT',
        '  S.V V,',
        '  (S.V + 1) KSQL_COL_0,',
        '  COUNT(*) KSQL_COL_1',
        'FROM S S',
        'GROUP BY S.V, S.K',
        'EMIT CHANGES',
      ].join('\n'),
    );
  });

  it('names columns of joins by their source where both have them', () => {
    expect(quoted('create stream o as select a.k, b.v, `low`->f from s a left join t b on a.k = b.k;')).toBe(
      [
        'CREATE STREAM O AS SELECT',
        '  A.K A_K,',
        '  B.V B_V,',
        '  A.`low`->F F',
        'FROM S A',
        'LEFT OUTER JOIN T B ON ((A.K = B.K))',
        'EMIT CHANGES',
      ].join('\n'),
    );
  });

  it('has all clauses', () => {
    const sql = 'insert into s select * from s where v > 1 partition by v;';
    expect(quoted(sql)).toBe(
      'INSERT INTO S SELECT *\nFROM S S\nWHERE (S.V > 1)\nPARTITION BY S.V\nEMIT CHANGES',
    );
    expect(quoted('select s.*, k from s emit changes limit 3;')).toBe(
      'SELECT\n  S.*,\n  S.K K\nFROM S S\nEMIT CHANGES\nLIMIT 3',
    );
    expect(quoted('select k, count(*) c from s group by (k) having count(*) > 1;')).toBe(
      'SELECT\n  S.K K,\n  COUNT(*) C\nFROM S S\nGROUP BY S.K\nHAVING (COUNT(*) > 1)',
    );
  });
});

describe('a statement of a case that fails', () => {
  const failed = (sql: string): Promise<unknown> =>
    engineAfter(SOURCES + sql).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('is told as it was rewritten', async () => {
    expect(await failed('CREATE STREAM o AS SELECT k FROM s PARTITION BY v;')).toMatchObject({
      text: 'CREATE STREAM O AS SELECT S.K K\nFROM S S\nPARTITION BY S.V\nEMIT CHANGES',
    });
  });

  it('is told as it was written where a name is unknown', async () => {
    const sql = 'CREATE STREAM o AS SELECT k FROM nowhere;';
    expect(await failed(sql)).toMatchObject({ text: sql });
  });
});
