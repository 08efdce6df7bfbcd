import { describe, expect, it } from 'vitest';
import { engineAfter, valuesIn } from '../engine-after.ts';
import { DiagnosticError } from '../../../src/base/errors.ts';
import { RegistryError } from '../../../src/serde/schemas/registry-client.ts';

/** What an INSERT writes into the topic of S. */
async function inserted(columns: string, values: string): Promise<string | undefined> {
  const engine = await engineAfter(`
    CREATE STREAM s (k INT KEY, price DECIMAL(4, 2), items ARRAY<BIGINT>, st STRUCT<x INT, y STRING>, big BIGINT)
      WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
    INSERT INTO s (k, ${columns}) VALUES (1, ${values});`);
  return valuesIn(engine, 's')[0];
}

/** Key and value of what an INSERT writes into a source whose key is declared last. */
async function record(
  insert: string,
  declared = 'v INT, w STRING, k STRING KEY',
): Promise<readonly (string | undefined)[]> {
  const engine = await engineAfter(
    `CREATE STREAM s (${declared}) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON'); ${insert}`,
  );
  const [written] = engine.host.topics.records('s');
  return [written?.key?.toString(), written?.value?.toString()];
}

describe('the columns of INSERT', () => {
  it('are the key and then the values where none is named, whatever the order of their declaration', async () => {
    const expected = ['key', '{"V":1,"W":"x"}'];
    expect(await record("INSERT INTO s VALUES ('key', 1, 'x');")).toEqual(expected);
    await expect(record("INSERT INTO s VALUES (1, 'x', 'key');")).rejects.toThrow(
      'for field `K` but got INTEGER',
    );
    expect(await record("INSERT INTO s (w, k, v) VALUES ('x', 'key', 1);")).toEqual(expected);
  });

  it.each(['v', 'ROWTIME'])('are named once: %s', async (name) => {
    const text = `INSERT INTO s (${name}, k, ${name}) VALUES (1, 'key', 2);`;
    await expect(record(text)).rejects.toThrow(`Column name \`${name.toUpperCase()}\` is given twice.`);
  });

  it.each([
    ["INSERT INTO s VALUES ('key', 1, 'x');", 'Cannot insert into HEADER columns: H'],
    ["INSERT INTO s (k, h) VALUES ('key', TO_BYTES('00', 'hex'));", 'Cannot insert into HEADER columns: H'],
    [
      "INSERT INTO s (k, ROWPARTITION) VALUES ('key', 1);",
      'Inserting into column `ROWPARTITION` is not allowed.',
    ],
    ["INSERT INTO s (k, ROWOFFSET) VALUES ('key', 1);", 'Inserting into column `ROWOFFSET` is not allowed.'],
    ["INSERT INTO s (k, x) VALUES ('key', 1);", 'Column name `X` does not exist.'],
  ])('are no headers and no places: %s', async (text, message) => {
    await expect(record(text, "v INT, k STRING KEY, h BYTES HEADER('h')")).rejects.toThrow(message);
  });

  it('may leave out headers by naming the others', async () => {
    const declared = "v INT, k STRING KEY, h BYTES HEADER('h')";
    expect(await record("INSERT INTO s (v, k) VALUES (1, 'key');", declared)).toEqual(['key', '{"V":1}']);
  });
});

describe('the values of INSERT', () => {
  it.each([
    ['price', '1.5', '"PRICE":1.50'],
    ['price', '7', '"PRICE":7.00'],
    ['items', 'ARRAY[1, 2]', '"ITEMS":[1,2]'],
    ['st', "STRUCT(y := 'a')", '"ST":{"X":null,"Y":"a"}'],
    ['st', 'STRUCT(z := 1)', '"ST":{"X":null,"Y":null}'],
    ['big', '2 + 3', '"BIG":5'],
  ])('widen to the column %s: %s', async (column, value, json) =>
    expect(await inserted(column, value)).toContain(json),
  );

  it.each([
    ['price', '1.234', 'Expected type DECIMAL(4, 2) for field `PRICE` but got DECIMAL(4, 3)'],
    ['price', '123.4', 'Expected type DECIMAL(4, 2) for field `PRICE` but got DECIMAL(4, 1)'],
    ['items', "ARRAY['x']", 'Expected type ARRAY<BIGINT> for field `ITEMS` but got ARRAY<STRING>'],
    ['st', "STRUCT(x := 'a')", 'for field `ST` but got STRUCT<`X` STRING>'],
    ['big', '1.5', 'Expected type BIGINT for field `BIG` but got DECIMAL(2, 1)'],
    ['big', 'foo.bar', "Failed to prepare statement: 'FOO' is not a valid stream/table name or alias."],
    ['ROWOFFSET', '1', 'Inserting into column `ROWOFFSET` is not allowed.'],
  ])('that do not fit %s are refused: %s', async (column, value, message) => {
    await expect(inserted(column, value)).rejects.toThrow(message);
  });
});

describe('an INSERT by a registered schema', () => {
  it('may be tried again where the registry does not answer, and is refused where it refuses the schema', async () => {
    const engine = await engineAfter(
      "CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO', PARTITIONS=1);",
    );
    const failing = async (error: RegistryError): Promise<unknown> => {
      engine.host.registry.register = () => Promise.reject(error);
      const failed: unknown = await engine
        .execute('INSERT INTO s VALUES (1);')
        .catch((each: unknown) => each);
      return failed instanceof Error ? failed.cause : undefined;
    };
    const away = await failing(new RegistryError(50003, 'away', { retriable: true }));
    expect(away).toMatchObject({ code: 'SCHEMA_REGISTRY', retriable: true });
    expect(await failing(new RegistryError(409, 'incompatible'))).toBeInstanceOf(DiagnosticError);
  });
});
