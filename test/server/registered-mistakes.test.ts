import net from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Producer } from '../../src/client/index.ts';
import {
  schemaRegistry,
  type SchemaRegistryClient,
  type SchemaSerde,
  Serdes,
} from '../../src/streams/index.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { startPlatform, type TestPlatform } from './platform.ts';
import { startRegistry, type TestRegistry } from './registry/registry-harness.ts';

/** A server with an outside registry, which may go away and come back. */
let platform: TestPlatform;
let outside: TestRegistry;
let registry: SchemaRegistryClient & { close(): void };
let producer: Producer;
let registryPort: number;

const PROPERTIES = {
  'ksql.query.retry.backoff.initial.ms': '200',
  'ksql.query.retry.backoff.max.ms': '400',
};

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as net.AddressInfo;
  await new Promise<void>((closed) => server.close(() => closed()));
  return port;
}

async function post(path: string, ksql: string): Promise<string> {
  const answer = await fetch(`${platform.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ksql }),
  });
  return answer.text();
}

/** Waits for the rows of a table, in any order. */
async function rows(table: string, expected: readonly (readonly unknown[])[]): Promise<void> {
  const read = async (): Promise<readonly string[]> => {
    const answer = await post('/query', `SELECT * FROM ${table};`);
    return [...answer.matchAll(/"columns":(\[.*?\])\}/g)].map(([, columns]) => columns ?? '').toSorted();
  };
  const wanted = expected.map((row) => JSON.stringify(row)).toSorted();
  await expect.poll(read, { timeout: PATIENCE_MS }).toEqual(wanted);
}

/** Waits for what DESCRIBE says of the failures of a sink's query. */
const toldOf = (sink: string, text: string): Promise<void> =>
  expect.poll(() => post('/ksql', `DESCRIBE ${sink} EXTENDED;`), { timeout: PATIENCE_MS }).toContain(text);

async function writerOf(topic: string, schema: object | string): Promise<(value: unknown) => Promise<void>> {
  const serde = Serdes.avro(schema as 'string', { registry }) as SchemaSerde<unknown>;
  await serde.prepareTopic(topic, 'sink');
  return async (value) => {
    await producer.sendAndWait({ topic, key: null, value: serde.serialize(topic, value) });
  };
}

const raw = (topic: string, hex: string): Promise<unknown> =>
  producer.sendAndWait({ topic, key: null, value: Buffer.from(hex, 'hex') });

const record = (...fields: readonly object[]) => ({ type: 'record', name: 'R', fields });

async function level(subject: string, compatibility: string): Promise<void> {
  await fetch(`${outside.url}/config/${subject}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ compatibility }),
  });
}

beforeAll(async () => {
  const port = await freePort();
  // It is away at first.
  platform = await startPlatform({
    properties: { ...PROPERTIES, 'ksql.schema.registry.url': `http://127.0.0.1:${port}` },
  });
  producer = new Producer({ environment: nodeEnvironment, bootstrapServers: platform.bootstrap });
  registryPort = port;
  registry = schemaRegistry(`http://127.0.0.1:${port}`);
});
afterAll(async () => {
  await producer.close();
  registry.close();
  await platform.close();
  await outside.close();
});

it('a server starts without its registry, says where that is, and goes on when it is there', async () => {
  const address = `http://127.0.0.1:${registryPort}`;
  await post(
    '/ksql',
    "CREATE STREAM plain (v INT) WITH (KAFKA_TOPIC='plain', VALUE_FORMAT='JSON', PARTITIONS=1);",
  );
  const away = await post(
    '/ksql',
    "CREATE STREAM early (v INT) WITH (KAFKA_TOPIC='early', VALUE_FORMAT='AVRO', PARTITIONS=1);",
  );
  expect(away).toContain(`the schema registry at ${address} does not answer`);
  expect(await post('/ksql', 'SHOW STREAMS;')).toContain('"PLAIN"');
  outside = await startRegistry(platform.bootstrap, { port: registryPort });
  const created = await post(
    '/ksql',
    "CREATE STREAM early (v INT) WITH (KAFKA_TOPIC='early', VALUE_FORMAT='AVRO', PARTITIONS=1); INSERT INTO early VALUES (1);",
  );
  expect(created).toContain('Stream created');
  expect(await registry.subjects()).toContain('early-value');
});

it('a topic may have records of three schemas, and some that are no Avro; each of those is told of', async () => {
  await post(
    '/ksql',
    "CREATE STREAM made (v INT) WITH (KAFKA_TOPIC='three', VALUE_FORMAT='AVRO', PARTITIONS=1); DROP STREAM made;",
  );
  await level('three-value', 'NONE');
  const schemas = [
    record({ name: 'v', type: 'int' }),
    record({ name: 'w', type: ['null', 'string'] }, { name: 'v', type: 'long' }),
    record({ name: 'other', type: 'boolean' }),
  ];
  const [first, second, third] = await Promise.all(schemas.map((schema) => writerOf('three', schema)));
  await post(
    '/ksql',
    `CREATE STREAM three (v BIGINT, w STRING) WITH (KAFKA_TOPIC='three', VALUE_FORMAT='AVRO');
     CREATE TABLE found AS SELECT v, COUNT(*) AS n, LATEST_BY_OFFSET(w) AS w FROM three GROUP BY v;`,
  );
  await first?.({ v: 1 });
  await second?.({ v: 1, w: 'x' });
  await third?.({ other: true });
  for (const [hex, told] of [
    ['0000989680', 'Schema 10000000 not found in the schema registry'],
    ['7b2276223a317d', 'Unknown magic byte!'],
  ] as const) {
    await raw('three', hex);
    await toldOf('found', told);
  }
  const text = await writerOf('three', 'string');
  await text('no row');
  await toldOf('found', 'Cannot deserialize type STRING as type STRUCT');
  await first?.({ v: 2 });
  await rows('found', [
    [1, 2, 'x'],
    [2, 1, null],
  ]);
  await toldOf('found', 'failed-messages:          3');
});

it('a schema that is not there yet costs the records that name it, and no later one', async () => {
  await post(
    '/ksql',
    "CREATE STREAM late (v INT) WITH (KAFKA_TOPIC='late', VALUE_FORMAT='AVRO', PARTITIONS=1);",
  );
  await post('/ksql', 'CREATE TABLE lates AS SELECT v, COUNT(*) AS n FROM late GROUP BY v;');
  await post('/ksql', 'INSERT INTO late VALUES (1);');
  const sink = await registry.latest('LATES-value');
  const next = ((sink?.id ?? 0) + 1).toString(16).padStart(8, '0');
  await raw('late', `00${next}04`);
  await post('/ksql', 'INSERT INTO late VALUES (1);');
  await rows('lates', [[1, 2]]);
  const schema = record({ name: 'v', type: 'int', doc: 'another text' });
  const { id } = await registry.register('elsewhere', {
    type: 'AVRO',
    schema: JSON.stringify(schema),
    references: [],
  });
  expect(id.toString(16).padStart(8, '0')).toBe(next);
  await raw('late', `00${next}04`);
  await rows('lates', [
    [1, 2],
    [2, 1],
  ]);
  await toldOf('lates', `Schema ${id} not found in the schema registry`);
});

it.each([
  ['one', '"int"', 'schema must be structured'],
  ['itself', JSON.stringify(record({ name: 'next', type: ['null', 'R'] })), 'R'],
  ['none', JSON.stringify(record()), 'Schema does not include any columns'],
])('a schema that cannot become a row is refused: %s', async (topic, schema, reason) => {
  await registry.register(`${topic}-value`, { type: 'AVRO', schema, references: [] });
  await post(
    '/ksql',
    `CREATE STREAM made_${topic} (v INT) WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='JSON', PARTITIONS=1);`,
  );
  const answer = await post(
    '/ksql',
    `CREATE STREAM from_${topic} WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='AVRO');`,
  );
  expect(answer).toContain('"error_code":40001');
  expect(answer).toContain(reason);
});

it('what somebody else registers under a running query does not hold it up', async () => {
  await post(
    '/ksql',
    `CREATE STREAM src (k INT KEY, v INT) WITH (KAFKA_TOPIC='src', VALUE_FORMAT='AVRO', PARTITIONS=1);
     CREATE STREAM snk WITH (KAFKA_TOPIC='snk') AS SELECT k, v * 2 AS w FROM src;
     CREATE TABLE seen AS SELECT w, COUNT(*) AS n FROM snk GROUP BY w;
     INSERT INTO src VALUES (1, 1);`,
  );
  await rows('seen', [[2, 1]]);
  await level('snk-value', 'NONE');
  const write = await writerOf('snk', record({ name: 'W', type: 'string' }));
  await write({ W: 'no number' });
  await post('/ksql', 'INSERT INTO src VALUES (1, 2);');
  await rows('seen', [
    [2, 1],
    [4, 1],
  ]);
  await toldOf('seen', 'Cannot deserialize type STRING as type INTEGER');
  // Its own schema is one of the subject's still: it starts again, too.
  const queries = await post('/ksql', 'SHOW QUERIES;');
  const id = /CSAS_SNK_[0-9]+/.exec(queries)?.[0] ?? '';
  await post('/ksql', `PAUSE ${id}; RESUME ${id}; INSERT INTO src VALUES (1, 3);`);
  await rows('seen', [
    [2, 1],
    [4, 1],
    [6, 1],
  ]);
  const refused = await post('/ksql', 'INSERT INTO snk VALUES (1, 5);');
  expect(refused).not.toContain('error_code');
});

it('while the registry is away, what needs nothing of it goes on; the rest waits, and says for what', async () => {
  await post(
    '/ksql',
    `CREATE STREAM gone (v INT) WITH (KAFKA_TOPIC='gone', VALUE_FORMAT='AVRO', PARTITIONS=1);
     CREATE TABLE gones AS SELECT v, COUNT(*) AS n FROM gone GROUP BY v;
     INSERT INTO gone VALUES (1);`,
  );
  const known = await registry.latest('gone-value');
  await level('gone-value', 'NONE');
  const later = await registry.register('gone-value', {
    type: 'AVRO',
    schema: JSON.stringify(record({ name: 'V', type: ['null', 'int'] }, { name: 'X', type: 'int' })),
    references: [],
  });
  await rows('gones', [[1, 1]]);
  await outside.close();
  const id = (known?.id ?? 0).toString(16).padStart(8, '0');
  await raw('gone', `00${id}0202`);
  await rows('gones', [[1, 2]]);
  const next = later.id.toString(16).padStart(8, '0');
  await raw('gone', `00${next}020402`);
  await toldOf('gones', `the schema registry at http://127.0.0.1:${registryPort} does not answer`);
  const refused = await post('/ksql', 'INSERT INTO gone VALUES (3);');
  expect(refused).toContain('does not answer');
  outside = await startRegistry(platform.bootstrap, { port: registryPort });
  await rows('gones', [
    [1, 2],
    [2, 1],
  ]);
});
