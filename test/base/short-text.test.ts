import { describe, expect, it } from 'vitest';
import {
  isAscii,
  isShortAscii,
  latin1Bytes,
  putLatin1,
  utf8Bytes,
  utf8Text,
} from '../../src/base/short-text.ts';

/** Around the length from which on Buffer does the work. */
const LENGTHS = [0, 1, 12, 13, 47, 48, 49, 200];
const LETTERS = { ASCII: 'a', 'the last of ASCII': '\x7f', latin1: 'é', 'the last of latin1': '\xff' };

const texts = Object.entries(LETTERS).flatMap(([kind, letter]) =>
  LENGTHS.map((length) => ({ kind, length, text: letter.repeat(length) })),
);

describe('short texts', () => {
  it.each(texts)('of $length letters, $kind, are the bytes that Buffer makes of them', ({ text }) => {
    expect(latin1Bytes(text)).toEqual(Buffer.from(text, 'latin1'));
    expect(utf8Bytes(text)).toEqual(Buffer.from(text, 'utf8'));
  });

  it.each(['ł', '€', '😀', '\ud800'])('%j beyond latin1 is written as UTF-8', (letter) => {
    for (const text of [letter, `k${letter}`, letter.repeat(60)])
      expect(utf8Bytes(text)).toEqual(Buffer.from(text, 'utf8'));
  });

  it.each(texts)('of $length letters, $kind, are put at a place and nowhere else', ({ text }) => {
    const bytes = Buffer.alloc(text.length + 2, 0xaa);
    putLatin1(bytes, 1, text);
    expect(bytes).toEqual(Buffer.concat([Buffer.of(0xaa), Buffer.from(text, 'latin1'), Buffer.of(0xaa)]));
  });

  it.each(Array.from({ length: 16 }, (_, length) => length))(
    'of %i letters are read as Buffer does',
    (length) => {
      const text = 'k1234567890abcdef'.slice(0, length);
      expect(utf8Text(Buffer.from(text))).toBe(text);
      for (const letter of ['\x00', '\x7f', '\x80', 'é', '€', '😀']) {
        const bytes = Buffer.from(text + letter);
        for (let end = bytes.length; end >= length; end--) {
          const part = bytes.subarray(0, end);
          expect(utf8Text(part)).toBe(part.toString('utf8'));
        }
      }
    },
  );

  it('are ASCII or not', () => {
    expect([isAscii('k'.repeat(100)), isAscii(`${'k'.repeat(100)}é`), isAscii('é')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(isShortAscii('k\x00\x7f')).toBe(true);
    expect(isShortAscii('k\x80')).toBe(false);
    expect(isShortAscii('€')).toBe(false);
  });
});
