import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey, HASH_WORDS } from '../../../../broker/log/cleaner/key-hash.ts';

function hexOf(key: Uint8Array, start = 0, length = key.length): string {
  const hash = new Int32Array(HASH_WORDS);
  hashKey(key, start, length, hash);
  return [...hash].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

describe('hashKey', () => {
  it('is murmur3 of 128 bits for machines of 32', () => {
    expect(hexOf(Buffer.from('The quick brown fox jumps over the lazy dog'))).toBe(
      '2f1583c3ecee2c675d7bf66ce5e91d2c',
    );
    expect(hexOf(Buffer.alloc(0))).toBe('00000000000000000000000000000000');
  });

  it('takes a part of a buffer for what it would be alone', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (before, key, after) => {
        const whole = Buffer.concat([before, key, after]);
        expect(hexOf(whole, before.length, key.length)).toBe(hexOf(key));
      }),
    );
  });

  it('tells apart keys of one length up to 16 bytes, and those that end with zeros', () => {
    const seen = new Map<string, string>();
    for (let length = 0; length <= 20; length++) {
      for (let value = 0; value < 300; value++) {
        const key = Buffer.alloc(length);
        if (length > 1) key.writeUInt16LE(value, length - 2);
        else if (length === 1) key[0] = value;
        const hash = hexOf(key);
        const text = key.toString('hex');
        expect(seen.get(hash) ?? text).toBe(text);
        seen.set(hash, text);
      }
    }
  });
});
