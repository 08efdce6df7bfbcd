import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type BrokerPropertyName, brokerProperties } from '../../broker/config/broker-properties.ts';
import { topicConfigs } from '../../broker/config/topic-configs.ts';
import { topicPropertySynonyms } from '../../broker/config/topic-properties.ts';

const docs = path.resolve(import.meta.dirname, '../../docs');
const read = (file: string): string => readFileSync(path.join(docs, file), 'utf8');

/** The first two columns of the table rows that begin with an API key: `17 SaslHandshake`. */
function apisIn(text: string): readonly string[] {
  return [...text.matchAll(/^\| (\d+) \| (\w+) \|/gm)].map(([, key, name]) => `${key} ${name}`);
}

function section(text: string, from: string, to: string): string {
  const start = text.indexOf(from);
  return text.slice(start, text.indexOf(to, start));
}

it('docs/gaps.md names every API that the broker does not serve, and no other', () => {
  const missing = read('reference/kafka-apis.md').split('## Not served')[1] ?? '';
  const listed = section(read('gaps.md'), '### By API key', 'Of APIs that are served:');
  expect(apisIn(listed)).toEqual(apisIn(missing));
  expect(apisIn(missing).length).toBeGreaterThan(0);
});

it('docs/gaps.md calls no served API missing', () => {
  const served = read('reference/kafka-apis.md').split('## Not served')[0] ?? '';
  const limited = section(read('gaps.md'), 'Of APIs that are served:', '### By feature');
  const keys = new Set(apisIn(served).map((api) => api.split(' ')[0]));
  const named = [...limited.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, list]) => (list ?? '').split(', '));
  expect(named.filter((key) => !keys.has(key))).toEqual([]);
});

/** Names of broker and topic settings that no code of the broker asks for. */
function unreadSettings(): readonly string[] {
  const root = path.resolve(docs, '../broker');
  const definitions = ['config/broker-properties.ts', 'config/topic-configs.ts'];
  const code = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !definitions.includes(file))
    .map((file) => readFileSync(path.join(root, file), 'utf8'))
    .join('\n');
  const isNamed = (name: string): boolean => code.includes(`'${name}'`);
  // A broker's property is asked for through the topic's setting whose default it gives.
  const defaults = new Set(
    Object.entries(topicPropertySynonyms).flatMap(([name, properties]) => (isNamed(name) ? properties : [])),
  );
  const ofBroker = Object.keys(brokerProperties).filter(
    (name) => !isNamed(name) && !defaults.has(name as BrokerPropertyName),
  );
  return [...new Set([...ofBroker, ...Object.keys(topicConfigs).filter((name) => !isNamed(name))])];
}

it('docs/gaps.md lists the settings that nothing reads, and no other', () => {
  const gaps = section(
    read('gaps.md'),
    '### Properties without an effect',
    "Kafka's other broker properties",
  );
  const rows = [...gaps.matchAll(/^\| (.*?) \|/gm)].map(([, names]) => names ?? '');
  const listed = rows.flatMap((row) => [...row.matchAll(/`([\w.*]+)`/g)].map(([, name]) => name ?? ''));
  const known = new Set([...Object.keys(brokerProperties), ...Object.keys(topicConfigs)]);
  const expanded = listed.flatMap((pattern) => {
    const start = pattern.endsWith('*') ? pattern.slice(0, -1) : undefined;
    return [...known].filter((name) => (start === undefined ? name === pattern : name.startsWith(start)));
  });
  expect([...new Set(expanded)].toSorted()).toEqual([...unreadSettings()].toSorted());
});
