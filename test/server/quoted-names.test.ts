import { expect, it } from 'vitest';
import { quoteName } from '../../src/base/sql-quotes.ts';
import { eventually, type Json, post, startPlatform } from './platform.ts';

/** Where backticks are not doubled, the first would be two columns; the others end a name, a text or a line too early. */
const NAMES = ['a` INTEGER, `b', '`', '``', '"', "it's", 'two\nlines', '', 'ключ \u{1f511}', '${v}', '>, <('];
const HEADER = "it's ') KEY, `";

interface Column {
  readonly name: string;
  readonly type?: string;
  readonly headerKey?: string;
  readonly schema: { readonly type: string; readonly fields: readonly Column[] | null };
}

async function run(url: string, ksql: string): Promise<Json[]> {
  const { body, status } = await post(`${url}/ksql`, { ksql });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Json[];
}

async function columns(url: string, source: string): Promise<readonly Column[]> {
  const [entity] = await run(url, `DESCRIBE ${source};`);
  return (entity as unknown as { sourceDescription: { fields: readonly Column[] } }).sourceDescription.fields;
}

/** The columns of the first row of an answer; undefined while there is none. */
async function firstRow(url: string, ksql: string): Promise<Json | undefined> {
  const { body } = await post(`${url}/query`, { ksql });
  if (!Array.isArray(body)) return undefined;
  const rows = body as { readonly row?: { readonly columns: Json } }[];
  return rows.find(({ row }) => row !== undefined)?.row?.columns;
}

const names = NAMES.map(quoteName);
const values = NAMES.map((_, index) => `'v${index}'`).join(', ');

it('is one column, one field and one header, whatever stands in its name, before and after a restart', async () => {
  const first = await startPlatform();
  await run(
    first.url,
    `
      CREATE TYPE many AS STRUCT<${names.map((name) => `${name} STRING`).join(', ')}>;
      CREATE STREAM s (k STRING KEY, ${names.map((name) => `${name} STRING`).join(', ')}, m MANY, h BYTES HEADER('${HEADER.replaceAll("'", "''")}'))
        WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
      CREATE TABLE kept AS SELECT k, ${names.map((name) => `LATEST_BY_OFFSET(${name}) AS ${name}`).join(', ')},
        LATEST_BY_OFFSET(m) AS m, COUNT(*) AS n FROM s GROUP BY k;
      CREATE STREAM made AS SELECT k, STRUCT(${names.map((name) => `${name} := ${name}`).join(', ')}) AS m FROM s;
      INSERT INTO s (k, ${names.join(', ')}, m) VALUES ('1', ${values}, STRUCT(${names.map((name) => `${name} := ${name === '``' ? "''" : "'f'"}`).join(', ')}));
    `,
  );
  const check = async (url: string, count: number): Promise<void> => {
    const source = await columns(url, 's');
    expect(source.map(({ name }) => name)).toEqual(['K', ...NAMES, 'M', 'H']);
    expect(source.at(-1)).toMatchObject({ type: 'HEADER', headerKey: HEADER });
    expect(source.at(-2)?.schema.fields?.map(({ name }) => name)).toEqual(NAMES);
    expect((await columns(url, 'kept')).map(({ name }) => name)).toEqual(['K', ...NAMES, 'M', 'N']);
    expect((await columns(url, 'made'))[1]?.schema.fields?.map(({ name }) => name)).toEqual(NAMES);
    const row = await eventually(async () => {
      const found = await firstRow(
        url,
        `SELECT n, ${names.join(', ')}, m->${names[0]} AS f FROM kept WHERE k = '1';`,
      );
      return Array.isArray(found) && found[0] === count ? found : undefined;
    });
    expect(row).toEqual([count, ...NAMES.map((_, index) => `v${index}`), 'f']);
  };
  await check(first.url, 1);
  expect(await eventually(() => firstRow(first.url, 'SELECT m FROM made;'))).toEqual([
    Object.fromEntries(NAMES.map((name, index) => [name, `v${index}`])),
  ]);
  await first.stop();

  const second = await startPlatform({ data: first.data });
  try {
    await check(second.url, 1);
    await run(
      second.url,
      `INSERT INTO s (k, ${names.join(', ')}, m) VALUES ('1', ${values}, STRUCT(${names[0]} := 'f', ${names
        .slice(1)
        .map((name) => `${name} := ''`)
        .join(', ')}));`,
    );
    await check(second.url, 2);
    // And the type that was recorded is the one that was made.
    await run(
      second.url,
      "CREATE STREAM t (k STRING KEY, m MANY) WITH (KAFKA_TOPIC = 't', VALUE_FORMAT = 'JSON', PARTITIONS = 1);",
    );
    expect((await columns(second.url, 't'))[1]?.schema.fields?.map(({ name }) => name)).toEqual(NAMES);
  } finally {
    await second.close();
  }
});

it.each([
  [
    "CREATE STREAM d (k INT KEY, `a``b` INT,\n \"a`b\" INT) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='JSON', PARTITIONS=1);",
    2,
    'a``b',
  ],
  ['CREATE TYPE d AS\n STRUCT<`a``b` INT, "a`b" INT>;', 2, '`a``b` INTEGER'],
  ['SELECT `a``b` FROM\n "no`ne" EMIT CHANGES;', 2, 'no`ne'],
])('%s is refused where the mistake is', async (sql, line, quoted) => {
  const server = await startPlatform();
  try {
    const { status, body } = await post(`${server.url}/ksql`, { ksql: sql });
    const { message } = body as { message: string };
    expect(status).toBe(400);
    expect(message).toContain(`line ${line}:`);
    expect(message).toContain(quoted);
  } finally {
    await server.close();
  }
});
