import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

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
