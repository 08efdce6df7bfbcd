import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Serdes } from '../../../src/streams/index.ts';
import { isHashOf, rowHash } from '../../../src/streams/operators/foreign-key/row-hash.ts';

const row = (value: string | null) => ({ serde: Serdes.string, topic: 't', value });

describe('the hash of a row that refers to another', () => {
  it('is that of Kafka Streams', () => {
    expect(rowHash(Serdes.string, 't', 'hello')?.length).toBe(16);
    expect(rowHash(Serdes.string, 't', null)).toBeNull();
  });

  it('tells whether an answer is for the row as it is now', () => {
    const hash = rowHash(Serdes.string, 't', 'now');
    expect(isHashOf(hash, row('now'))).toBe(true);
    expect(isHashOf(hash, row('then'))).toBe(false);
    expect(isHashOf(hash, row(null))).toBe(false);
    expect(isHashOf(null, row('now'))).toBe(false);
    expect(isHashOf(null, row(null))).toBe(true);
  });

  it('is known as MD5, too, which subscriptions in a store may have from an earlier version', () => {
    const earlier = createHash('md5').update('now').digest();
    expect(isHashOf(earlier, row('now'))).toBe(true);
    expect(isHashOf(earlier, row('then'))).toBe(false);
  });
});
