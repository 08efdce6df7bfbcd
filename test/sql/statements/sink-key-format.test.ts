import { describe, expect, it } from 'vitest';
import { engineAfter } from '../engine-after.ts';

/** The key format of a join's result, where its sides have these. */
async function resultOf(
  left: string,
  right: string,
  sides: 'STREAM-TABLE' | 'STREAM-STREAM',
): Promise<string | undefined> {
  const isTable = sides === 'STREAM-TABLE';
  const [kind, key, within] = isTable ? ['TABLE', 'PRIMARY KEY', ''] : ['STREAM', 'KEY', 'WITHIN 1 HOUR'];
  const engine = await engineAfter(`
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
  ])('of a join is that of its first source: %s, not %s', async (left, right) => {
    expect(await resultOf(left, right, 'STREAM-TABLE')).toBe(left);
    expect(await resultOf(left, right, 'STREAM-STREAM')).toBe(left);
  });
});
