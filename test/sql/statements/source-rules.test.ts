import { describe, expect, it } from 'vitest';
import { engineAfter } from '../engine-after.ts';

const WITH = "WITH (KAFKA_TOPIC='n', VALUE_FORMAT='JSON', PARTITIONS=1)";
const sources = `
  CREATE STREAM a (id INT KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
`;
const LIST = 'ARRAY<STRUCT<key STRING, value BYTES>>';

describe.each(['stream', 'table'] as const)('a source %s', (kind) => {
  const KIND = kind.toUpperCase();
  const columns = `id INT ${kind === 'table' ? 'PRIMARY ' : ''}KEY, v INT`;
  const declared = `CREATE SOURCE ${KIND} n (${columns}) ${WITH};`;
  const from = kind === 'table' ? 't' : 'a';

  it.each([
    [`CREATE OR REPLACE SOURCE ${KIND} n (${columns}) ${WITH};`, 'add', 'CREATE OR REPLACE is'],
    [`CREATE OR REPLACE ${KIND} n (${columns}) ${WITH};`, 'add', 'CREATE OR REPLACE is'],
    [`CREATE OR REPLACE ${KIND} IF NOT EXISTS n (${columns}) ${WITH};`, 'add', 'CREATE OR REPLACE is'],
    [`CREATE OR REPLACE ${KIND} n AS SELECT * FROM ${from};`, 'add', 'CREATE OR REPLACE is'],
    [`ALTER ${KIND} n ADD COLUMN w INT;`, 'alter', 'ALTER operations are'],
  ])('is not changed by %s', async (text, verb, what) => {
    const engine = await engineAfter(sources + declared);
    const message = `Cannot ${verb} ${kind} 'N': ${what} not supported on source ${kind}s.`;
    await expect(engine.execute(text)).rejects.toThrow(message);
  });

  it.each([
    ['INSERT INTO n VALUES (1, 2);', `Cannot insert values into read-only ${kind}: N`],
    [`DROP ${KIND} n DELETE TOPIC;`, 'Cannot delete topic for read-only source: N'],
  ])('has a topic that belongs to others: %s', async (text, message) => {
    await expect((await engineAfter(sources + declared)).execute(text)).rejects.toThrow(message);
  });

  it('does not replace another one', async () => {
    const text = `CREATE OR REPLACE SOURCE ${KIND} ${from} (${columns}) ${WITH};`;
    await expect(engineAfter(sources + text)).rejects.toThrow('CREATE OR REPLACE is not supported on source');
    const engine = await engineAfter(
      `${sources} CREATE SOURCE ${KIND} IF NOT EXISTS ${from} (${columns}) ${WITH};`,
    );
    expect(engine.catalog.source(from.toUpperCase())?.isSource).toBe(false);
  });

  it('is not the result of a query', async () => {
    await expect(engineAfter(`${sources} CREATE SOURCE ${KIND} n AS SELECT * FROM ${from};`)).rejects.toThrow(
      'Syntax Error',
    );
  });

  it('is dropped, and its topic stays', async () => {
    const engine = await engineAfter(`${sources}${declared} DROP ${KIND} n;`);
    expect(engine.catalog.source('N')).toBeUndefined();
    expect(engine.queries).toEqual([]);
    expect(engine.host.topics.facts.has('n')).toBe(true);
  });
});

it('the topic of a source stream is kept where another stream over it is dropped with its topic', async () => {
  const engine = await engineAfter(`
    CREATE SOURCE STREAM n (id INT KEY, v INT) ${WITH}; CREATE STREAM o (id INT KEY, v INT) ${WITH};`);
  await expect(engine.execute('DROP STREAM o DELETE TOPIC;')).rejects.toThrow(
    'Refusing to delete topic. Found other data sources (N) using topic n',
  );
});

describe('the query of a source table', () => {
  const declared = `CREATE SOURCE TABLE n (id INT PRIMARY KEY, v INT) ${WITH};`;

  it.each(['TERMINATE', 'PAUSE', 'RESUME'])('takes no %s', async (verb) => {
    const engine = await engineAfter(declared);
    await expect(engine.execute(`${verb} CST_N_0;`)).rejects.toThrow(
      `Cannot ${verb.toLowerCase()} query 'CST_N_0' because it is linked to a source table.`,
    );
  });

  it('ends with the table, which stays while others read it', async () => {
    const engine = await engineAfter(`${declared} CREATE TABLE m AS SELECT * FROM n;`);
    await expect(engine.execute('DROP TABLE n;')).rejects.toThrow('read from this source: [M]');
    await engine.execute('DROP TABLE m; DROP TABLE n;');
    expect(engine.queries).toEqual([]);
  });
});

describe('columns of headers', () => {
  it.each([
    ['h STRING HEADERS', 'Invalid type for HEADERS column'],
    ['h ARRAY<STRUCT<key STRING, other BYTES>> HEADERS', 'Invalid type for HEADERS column'],
    ['h ARRAY<STRUCT<value BYTES, key STRING>> HEADERS', 'Invalid type for HEADERS column'],
    [`h ${LIST} HEADER('x')`, "Invalid type for HEADER('x') column: expected BYTES, got ARRAY"],
    [`h ${LIST} HEADERS, g ${LIST} HEADERS`, 'Schema already contains a HEADERS column.'],
    [`h ${LIST} HEADERS, g BYTES HEADER('x')`, 'Schema already contains a HEADERS column.'],
    [`g BYTES HEADER('x'), h ${LIST} HEADERS`, 'Schema already contains a HEADERS column.'],
    ["h BYTES HEADER('x'), g BYTES HEADER('x')", "Schema already contains a HEADER('x') column."],
    ["h BYTES HEADER('x'), h INT", 'Duplicate column names: `H`'],
    ["rowtime BYTES HEADER('x')", "'ROWTIME' is a reserved column name"],
    ["h BYTES KEY HEADER('x')", 'Syntax Error'],
  ])('%s is refused', async (columns, message) => {
    await expect(engineAfter(`CREATE STREAM n (id INT KEY, ${columns}) ${WITH};`)).rejects.toThrow(message);
  });

  it.each([
    ["h BYTES HEADER('x'), g BYTES HEADER('X')", "`H` BYTES HEADER('x'), `G` BYTES HEADER('X')"],
    [`h ${LIST} HEADERS`, '`H` ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>> HEADERS'],
    ["h BYTES HEADER('')", "`H` BYTES HEADER('')"],
  ])('%s stand in the schema', async (columns, schema) => {
    const engine = await engineAfter(`CREATE STREAM n (id INT KEY, ${columns}) ${WITH};`);
    expect(engine.catalog.source('N')?.schema.toString()).toBe(`\`ID\` INTEGER KEY, ${schema}`);
  });

  const declared = `${sources} CREATE STREAM n (id INT KEY, v INT, h BYTES HEADER('x')) ${WITH};`;

  it.each([
    ['SELECT * FROM n', '`ID` INTEGER KEY, `V` INTEGER, `H` BYTES'],
    ['SELECT h, v FROM n PARTITION BY h', '`H` BYTES KEY, `V` INTEGER'],
    [
      'SELECT n.id, n.h, a.v FROM n JOIN a WITHIN 1 HOUR ON n.id = a.id',
      '`N_ID` INTEGER KEY, `H` BYTES, `A_V` INTEGER',
    ],
  ])('are plain columns of a result: %s', async (select, schema) => {
    const engine = await engineAfter(`${declared} CREATE STREAM m AS ${select};`);
    expect(engine.catalog.source('M')?.schema.toString()).toBe(schema);
  });

  it.each(['STREAM', 'TABLE'])('a %s has none where the server does without them', async (kind) => {
    const key = kind === 'TABLE' ? 'PRIMARY KEY' : 'KEY';
    const properties = { 'ksql.headers.columns.enabled': 'false' };
    const text = (columns: string): string => `CREATE ${kind} n (id INT ${key}, v INT${columns}) ${WITH};`;
    const name = kind === 'TABLE' ? 'Table' : 'Stream';
    await expect(engineAfter(text(", h BYTES HEADER('x')"), { properties })).rejects.toThrow(
      `Cannot create ${name} because schema with headers columns is disabled.`,
    );
    expect((await engineAfter(text(''), { properties })).catalog.source('N')).toBeDefined();
  });

  it('group rows, as others do', async () => {
    const engine = await engineAfter(
      `${declared} CREATE TABLE m AS SELECT h, COUNT(*) AS c FROM n GROUP BY h;`,
    );
    expect(engine.catalog.source('M')?.schema.toString()).toBe('`H` BYTES KEY, `C` BIGINT');
  });

  it.each([
    ['INSERT INTO n SELECT * FROM a;', 'Cannot insert into N because it has header columns'],
    ['INSERT INTO n VALUES (1, 2);', 'Cannot insert into HEADER columns: H'],
    ['INSERT INTO n (id, h) VALUES (1, null);', 'Cannot insert into HEADER columns: H'],
    ['ALTER STREAM n ADD COLUMN h INT;', 'A column with the same name already exists'],
    [
      `CREATE STREAM o (h BYTES HEADER('x')) WITH (KAFKA_TOPIC='n', VALUE_FORMAT='JSON', TIMESTAMP='h');`,
      'Timestamp column, `H`, should be',
    ],
  ])('are not written: %s', async (text, message) => {
    await expect((await engineAfter(declared)).execute(text)).rejects.toThrow(message);
  });

  it('are left out by who inserts the others', async () => {
    const engine = await engineAfter(`${declared} INSERT INTO n (id, v) VALUES (1, 2);`, { isLive: true });
    expect(engine.host.topics.records('n').map(({ value }) => value?.toString())).toEqual(['{"V":2}']);
  });
});
