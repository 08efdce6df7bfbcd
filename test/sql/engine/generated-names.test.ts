import { describe, expect, it } from 'vitest';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { CaseEngine } from '../../../src/sql/testing/case-engine.ts';

/** The values that a query writes for records of `s`, as JSON. */
function valuesOf(
  columns: string,
  query: string,
  values: readonly object[],
): readonly (string | undefined)[] {
  const engine = new CaseEngine({ functions: builtInRegistry(), properties: {}, topics: [] });
  engine.execute(
    `CREATE STREAM s (k STRING KEY, ${columns}) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON'); ${query}`,
  );
  engine.run(
    values.map((value) => ({
      topic: 's',
      record: { key: Buffer.from('k'), value: Buffer.from(JSON.stringify(value)), timestamp: 0, headers: [] },
    })),
  );
  return (engine.stubs.get('R') ?? []).map(({ value }) => value?.toString());
}

describe('names that planning generates are not those of columns', () => {
  it('of table functions', () => {
    const query = 'CREATE STREAM r AS SELECT k, KSQL_SYNTH_0, EXPLODE(items) AS item FROM s;';
    const rows = valuesOf('KSQL_SYNTH_0 INT, items ARRAY<INT>', query, [{ KSQL_SYNTH_0: 7, ITEMS: [1, 2] }]);
    expect(rows).toEqual(['{"KSQL_SYNTH_0":7,"ITEM":1}', '{"KSQL_SYNTH_0":7,"ITEM":2}']);
  });

  it('of aggregates', () => {
    const query =
      'CREATE TABLE r AS SELECT KSQL_AGG_VARIABLE_0, AS_VALUE(KSQL_AGG_VARIABLE_0) AS g, COUNT(*) AS n, SUM(v) AS total ' +
      'FROM s GROUP BY KSQL_AGG_VARIABLE_0 HAVING SUM(v) > 1;';
    const rows = valuesOf('KSQL_AGG_VARIABLE_0 BIGINT, v INT', query, [
      { KSQL_AGG_VARIABLE_0: 7, V: 5 },
      { KSQL_AGG_VARIABLE_0: 7, V: 6 },
    ]);
    expect(rows).toEqual(['{"G":7,"N":1,"TOTAL":5}', '{"G":7,"N":2,"TOTAL":11}']);
  });

  it('of columns without an alias', () => {
    const rows = valuesOf(
      'KSQL_COL_0 INT',
      'CREATE STREAM r AS SELECT k, KSQL_COL_0, KSQL_COL_0 + 1 FROM s;',
      [{ KSQL_COL_0: 7 }],
    );
    expect(rows).toEqual(['{"KSQL_COL_0":7,"KSQL_COL_1":8}']);
  });
});
