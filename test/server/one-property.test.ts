import { afterEach, describe, expect, it } from 'vitest';
import { brokerProperties as brokerKeys } from '../../broker/index.ts';
import { processSettings } from '../../src/server/config/index.ts';
import { listProperties } from '../../src/server/config/listed-properties.ts';
import { serverConfig } from '../../src/server/config/server-config.ts';
import { propertyName } from '../../src/sql/analysis/property-names.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

/** A property that has several names is one property: for servers, sessions and lists. */

const NAMES = ['', 'consumer.', 'main.consumer.'].flatMap((client) => [
  `${client}auto.offset.reset`,
  `ksql.streams.${client}auto.offset.reset`,
]);
const LISTED = 'ksql.streams.auto.offset.reset';

let platform: TestPlatform | undefined;
afterEach(async () => {
  await platform?.close();
  platform = undefined;
});

async function ksql(url: string, text: string, streamsProperties: Json = {}): Promise<readonly Json[]> {
  const { status, body } = await post(`${url}/ksql`, { ksql: text, streamsProperties });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as readonly Json[];
}

async function rows(url: string, sql: string, properties: Json): Promise<readonly string[]> {
  const response = await fetch(`${url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql, properties }),
  });
  return (await response.text()).trim().split('\n').slice(1);
}

it.each(NAMES)('a session is asked before the server, which was given %s', async (ofServer) => {
  platform = await startPlatform({ properties: { [ofServer]: 'latest' } });
  const { url } = platform;
  await ksql(
    url,
    `CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
     INSERT INTO s VALUES ('a', 1);`,
  );
  for (const [index, name] of NAMES.entries()) {
    const properties = { [name]: 'earliest' };
    expect(await rows(url, 'SELECT v FROM s EMIT CHANGES LIMIT 1;', properties)).toEqual(['[1]']);
    const [listed = {}] = await ksql(url, 'SHOW PROPERTIES;', properties);
    const all = listed['properties'] as readonly { readonly name: string; readonly value: string }[];
    expect(
      all.filter((each) => each.name.endsWith('auto.offset.reset')).map((each) => [each.name, each.value]),
    ).toEqual([[LISTED, 'earliest']]);
    if (index > 1) continue;
    await ksql(url, `CREATE STREAM e${index} AS SELECT * FROM s;`, properties);
    await eventually(async () => {
      const found = await rows(url, `SELECT v FROM e${index};`, {});
      return found.length === 1 ? true : undefined;
    });
  }
});

describe('a configuration', () => {
  it.each(NAMES)('may use %s, and flags count over the environment and files by any name', (name) => {
    for (const other of NAMES) {
      const { server } = processSettings({
        env: {},
        file: { path: 'f', settings: new Map([[other, 'latest']]) },
        flags: { [name]: 'earliest' },
        brokerKeys,
      });
      expect([...server].map(([given, { value }]) => [given, value])).toEqual([[LISTED, 'earliest']]);
      expect(serverConfig({ [other]: 'latest', [name]: 'earliest' }).get(LISTED)).toBe('earliest');
    }
  });

  it('says when queries commit by any name', () => {
    for (const name of ['commit.interval.ms', 'ksql.streams.commit.interval.ms']) {
      expect(serverConfig({ [name]: '7' }).get('ksql.streams.commit.interval.ms')).toBe(7);
    }
  });
});

it('SHOW PROPERTIES lists each property once, by whichever name it is set', () => {
  const { properties } = listProperties({
    'auto.offset.reset': 'earliest',
    'max.poll.records': '7',
    'ksql.streams.producer.linger.ms': '7',
    'processing.guarantee': 'at_least_once',
    'bootstrap.servers': 'a:1',
  });
  const names = properties.map(({ name }) => name);
  expect(new Set(names.map(propertyName)).size).toBe(names.length);
  expect(names).toEqual(
    expect.arrayContaining([
      LISTED,
      'ksql.streams.max.poll.records',
      'ksql.streams.producer.linger.ms',
      'ksql.streams.processing.guarantee',
      'bootstrap.servers',
    ]),
  );
});
