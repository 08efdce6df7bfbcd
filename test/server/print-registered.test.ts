import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Producer } from '../../src/client/index.ts';
import { schemaRegistry, Serdes } from '../../src/streams/index.ts';
import { startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;
let producer: Producer;
beforeAll(async () => {
  platform = await startPlatform();
  producer = new Producer({ environment: nodeEnvironment, bootstrapServers: platform.bootstrap });
});
afterAll(async () => {
  await producer.close();
  await platform.close();
});

async function post(path: string, ksql: string): Promise<string> {
  const answer = await fetch(`${platform.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ksql }),
  });
  return answer.text();
}

/** What PRINT answers, without the times. */
const printed = async (topic: string, limit: number): Promise<readonly string[]> => {
  const text = await post('/query', `PRINT '${topic}' FROM BEGINNING LIMIT ${limit};`);
  return text
    .trimEnd()
    .replaceAll(/rowtime: [^,]*/g, 'rowtime: T')
    .split('\n');
};

it.each([
  ['AVRO', '{"V": 2, "T": "a\\"b", "P": "\\u0000È"}', '{"V": null, "T": "ü", "P": null}'],
  ['JSON_SR', '{"V":2,"T":"a\\"b","P":2.00}', '{"V":null,"T":"ü","P":null}'],
  ['PROTOBUF', 'V: 2 T: "a\\"b" P { value: "\\000\\310" precision: 3 scale: 2 }', 'T: "\\303\\274"'],
])('PRINT shows records of %s by their schemas', async (format, first, second) => {
  await post(
    '/ksql',
    `CREATE STREAM s_${format} (k INT KEY, v INT, t STRING, p DECIMAL(4, 2))
       WITH (KAFKA_TOPIC='p_${format}', VALUE_FORMAT='${format}', PARTITIONS=1);
     INSERT INTO s_${format} VALUES (1, 2, 'a"b', 2.00);
     INSERT INTO s_${format} (k, t) VALUES (1, 'ü');`,
  );
  const [key, value, ...lines] = await printed(`p_${format}`, 2);
  expect(key).toBe('Key format: KAFKA_INT');
  expect(value).toMatch(new RegExp(`^Value format: ${format}( or KAFKA_STRING)?$`));
  expect(lines).toEqual([
    `rowtime: T, key: 1, value: ${first}, partition: 0`,
    `rowtime: T, key: 1, value: ${second}, partition: 0`,
    'Topic printing ceased',
  ]);
});

it('PRINT shows each record by its own schema, and the bytes of those that have none', async () => {
  const registry = schemaRegistry(platform.url);
  const fields = [{ name: 'a', type: 'int' }] as const;
  const one = Serdes.avro({ type: 'record', name: 'R', fields }, { registry });
  const text = Serdes.avro('string', { registry, isKey: true });
  await Promise.all([one.prepareTopic('mixed', 'sink'), text.prepareTopic('mixed', 'sink')]);
  const written = one.serialize('mixed', { a: 1 });
  for (const value of [written, Buffer.from('00000f424002', 'hex'), Buffer.from('0000000001', 'hex'), null]) {
    await producer.sendAndWait({ topic: 'mixed', key: text.serialize('mixed', 'k'), value });
  }
  registry.close();
  expect(await printed('mixed', 4)).toEqual([
    'Key format: AVRO or KAFKA_STRING',
    'Value format: AVRO or KAFKA_STRING',
    'rowtime: T, key: k, value: {"a": 1}, partition: 0',
    'rowtime: T, key: k, value: 0x00000f424002, partition: 0',
    'rowtime: T, key: k, value: 0x0000000001, partition: 0',
    'rowtime: T, key: k, value: <null>, partition: 0',
    'Topic printing ceased',
  ]);
});
