import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderEntity } from '../../cli/shell/entity-tables.ts';
import { SqlServerClient } from '../../cli/shell/sql-server-client.ts';
import { type TestPlatform, startPlatform } from './platform.ts';

/** What SHOW, DESCRIBE and EXPLAIN say, as the shell shows it. */

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  await shown(
    `CREATE STREAM flights (origin STRING KEY, delay INT) WITH (KAFKA_TOPIC='flights', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE weeks AS SELECT origin, COUNT(*) AS n FROM flights WINDOW TUMBLING (SIZE 7 DAYS) GROUP BY origin;
     CREATE TABLE totals AS SELECT origin, COUNT(*) AS n FROM flights GROUP BY origin;`,
  );
});

afterAll(() => platform.close());

async function shown(sql: string): Promise<string> {
  const entities = await new SqlServerClient(platform.url).execute(sql, { properties: {}, variables: {} });
  return entities.map((entity) => renderEntity(entity, Number.POSITIVE_INFINITY)).join('\n');
}

describe('the shell shows', () => {
  it('the fields of each query, its key among them', async () => {
    const all = await shown('SHOW QUERIES EXTENDED;');
    const id = /CTAS_TOTALS_\d+/.exec(all)?.[0] ?? '';
    for (const text of [all, await shown(`EXPLAIN ${id};`)]) {
      expect(text).toMatch(/\| ORIGIN +\| STRING \(key\) +\|\n(.*\n)?\| N +\| BIGINT +\|/);
    }
    expect(
      await shown('EXPLAIN CREATE TABLE x AS SELECT origin, COUNT(*) AS n FROM flights GROUP BY origin;'),
    ).toMatch(/\| ORIGIN +\| STRING \(key\) +\|/);
  });

  it('that a push query which is explained is one, and does not run', async () => {
    const text = await shown('EXPLAIN SELECT origin, delay FROM flights EMIT CHANGES;');
    expect(text).toMatch(/^Type {4}: PUSH\nSQL {5}: SELECT origin, delay FROM flights EMIT CHANGES;\n/);
    expect(text).toMatch(/\| ORIGIN +\| STRING \(key\) +\|\n(.*\n)?\| DELAY +\| INTEGER +\|/);
  });

  it('whose key it is, and its windows', async () => {
    expect(await shown('DESCRIBE flights;')).toMatch(/\| ORIGIN +\| STRING \(key\) +\|/);
    expect(await shown('DESCRIBE totals;')).toMatch(/\| ORIGIN +\| STRING \(primary key\) +\|/);
    expect(await shown('DESCRIBE weeks;')).toMatch(
      /\| ORIGIN +\| STRING \(primary key\) \(Window type: TUMBLING\) +\|/,
    );
  });

  it('what an aggregate returns, and no empty lines', async () => {
    const text = await shown('DESCRIBE FUNCTION SUM;');
    expect(text).toContain('SUM(value INTEGER) returns INTEGER\n  SUM(value BIGINT) returns BIGINT\n');
    expect(text).not.toMatch(/^\s+$/m);
  });

  it('functions by names in upper case', async () => {
    const [, , , ...rows] = (await shown('SHOW FUNCTIONS;')).split('\n');
    expect(rows.filter((row) => /^\| \w*[a-z]/.test(row))).toEqual([]);
    expect(rows.length).toBeGreaterThan(100);
  });
});
