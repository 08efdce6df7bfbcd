import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-extension-'));
let platform: TestPlatform;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, 'prices.mjs'),
    `export default [
      {
        kind: 'scalar', name: 'multiply', description: 'Multiplies.', author: 'A. Nonymous', version: '1.2',
        overloads: [
          {
            parameters: ['a INTEGER', 'b INTEGER'], returns: 'BIGINT', nulls: 'propagate', description: 'two numbers',
            configure: (config) => { const factor = Number(config['ksql.functions.multiply.factor']); return (a, b) => a * b * factor; },
          },
          { parameters: ['text STRING', 'times INTEGER'], returns: 'STRING', evaluate: (text, times) => text.repeat(times) },
        ],
      },
      {
        kind: 'aggregate', name: 'product',
        overloads: [{
          parameters: ['x INTEGER'], state: 'BIGINT', returns: 'BIGINT',
          initialize: () => 1, merge: (a, b) => a * b,
          aggregate: (state, x) => { if (x === 2) throw new Error('no two'); return state * x; },
        }],
      },
      { kind: 'table', name: 'digits', overloads: [{ parameters: ['x INTEGER'], returns: 'INTEGER', evaluate: (x) => Array.from(String(x), Number) }] },
      { kind: 'scalar', name: 'wrong', overloads: [{ parameters: ['a'], returns: 'BIGINT', evaluate: (a) => a }] },
    ];`,
  );
  writeFileSync(path.join(folder, 'broken.mjs'), 'export default [;');
  platform = await startPlatform({
    properties: { 'ksql.extension.dir': folder, 'ksql.functions.multiply.factor': '100' },
  });
});

afterAll(async () => {
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

async function done(ksql: string): Promise<readonly Json[]> {
  const { status, body } = await post(`${platform.url}/ksql`, { ksql });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as readonly Json[];
}

async function rows(sql: string): Promise<readonly unknown[]> {
  const answer = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
  });
  const lines = (await answer.text()).trim().split('\n');
  return lines.slice(1).map((line) => JSON.parse(line) as unknown);
}

it('functions of the extension folder are described with what their module says, and run where queries run', async () => {
  const [described] = await done('DESCRIBE FUNCTION multiply;');
  expect(described).toMatchObject({
    ...{ name: 'multiply', author: 'A. Nonymous', version: '1.2', path: path.join(folder, 'prices.mjs') },
    ...{ type: 'SCALAR', description: 'Multiplies.' },
    functions: [{ description: 'two numbers', returnType: 'BIGINT' }, { returnType: 'STRING' }],
  });
  const [shown] = await done('SHOW FUNCTIONS;');
  for (const name of ['MULTIPLY', 'PRODUCT', 'DIGITS']) {
    expect(shown?.['functions']).toContainEqual(expect.objectContaining({ name }));
  }
  expect(shown?.['functions']).not.toContainEqual(expect.objectContaining({ name: 'WRONG' }));
  await done(`CREATE STREAM readings (id STRING KEY, v INT) WITH (KAFKA_TOPIC='readings', VALUE_FORMAT='JSON', PARTITIONS=1);
    INSERT INTO readings (id, v) VALUES ('a', CAST(multiply(1, 1) - 96 AS INT));
    INSERT INTO readings (id, v) VALUES ('b', 2);
    INSERT INTO readings (id, v) VALUES ('c', 35);
    CREATE STREAM multiplied AS SELECT id, multiply(v, v) AS w, multiply(id, 2) AS s, digits(v) AS d FROM readings;
    CREATE TABLE products WITH (QUERY_ID='products') AS SELECT 'all' AS k, product(v) AS p FROM readings GROUP BY 'all';`);
  const found = await eventually(async () => {
    const all = await rows('SELECT id, w, s, d FROM multiplied;');
    if (all.length >= 4) return all;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return undefined;
  });
  expect(found).toEqual([
    ['a', 1600, 'aa', 4],
    ['b', 400, 'bb', 2],
    ['c', 122_500, 'cc', 3],
    ['c', 122_500, 'cc', 5],
  ]);
  await eventually(async () => {
    const [row] = await rows("SELECT p FROM products WHERE k = 'all';");
    if (JSON.stringify(row) === '[140]') return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return undefined;
  });
  const [explained] = await done('EXPLAIN products;');
  expect(JSON.stringify(explained)).toContain('no two');
});

it('a function of CREATE FUNCTION does not take the place of one of the folder', async () => {
  const { status, body } = await post(`${platform.url}/ksql`, {
    ksql: "CREATE OR REPLACE FUNCTION digits(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'x';",
  });
  expect([status, (body as Json)['message']]).toEqual([
    400,
    expect.stringContaining('DIGITS is a function of the server'),
  ]);
});
