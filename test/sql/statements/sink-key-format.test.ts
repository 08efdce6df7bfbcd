import { describe, expect, it } from 'vitest';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { CaseEngine } from '../../../src/sql/testing/case-engine.ts';

/** The key format of a join's result, where its sides have these. */
function resultOf(left: string, right: string, sides: 'STREAM-TABLE' | 'STREAM-STREAM'): string | undefined {
  const engine = new CaseEngine({ functions: builtInRegistry(), properties: {}, topics: [] });
  const isTable = sides === 'STREAM-TABLE';
  const [kind, key, within] = isTable ? ['TABLE', 'PRIMARY KEY', ''] : ['STREAM', 'KEY', 'WITHIN 1 HOUR'];
  engine.execute(`
    CREATE STREAM l (k STRING KEY, a STRING, v INT) WITH (kafka_topic='l', value_format='JSON', key_format='${left}');
    CREATE ${kind} r (id STRING ${key}, w INT) WITH (kafka_topic='r', value_format='JSON', key_format='${right}');
    CREATE STREAM o AS SELECT l.a, v, w FROM l JOIN r ${within} ON l.a = r.id;
  `);
  return engine.catalog.source('O')?.topic.keyFormat.format;
}

describe('the key format of a result', () => {
  it.each([
    ['DELIMITED', 'JSON'],
    ['JSON', 'KAFKA'],
    ['KAFKA', 'JSON'],
  ])('of a join is that of its first source: %s, not %s', (left, right) => {
    expect(resultOf(left, right, 'STREAM-TABLE')).toBe(left);
    expect(resultOf(left, right, 'STREAM-STREAM')).toBe(left);
  });
});
