const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;
const BLOCK_BYTES = 16;

/** Words of a hash. */
export const HASH_WORDS = 4;

/**
 * Writes the 128-bit murmur3 hash (x86, seed 0) of a key into `hash`, which has four words. It is made of operations on 32 bits,
 * which JavaScript has, and no two keys of the same length up to 16 bytes have the same one: each step can be undone.
 *
 * @param length of the key, in bytes, from `start` on.
 */
export function hashKey(bytes: Uint8Array, start: number, length: number, hash: Int32Array): void {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  const end = start + length;
  let at = start;
  for (; at + BLOCK_BYTES <= end; at += BLOCK_BYTES) {
    h1 = (Math.imul(rotate(h1 ^ scramble1(wordAt(bytes, at)), 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 = (Math.imul(rotate(h2 ^ scramble2(wordAt(bytes, at + 4)), 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 = (Math.imul(rotate(h3 ^ scramble3(wordAt(bytes, at + 8)), 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 = (Math.imul(rotate(h4 ^ scramble4(wordAt(bytes, at + 12)), 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  if (at < end) {
    h1 ^= scramble1(wordWithin(bytes, at, end));
    h2 ^= scramble2(wordWithin(bytes, at + 4, end));
    h3 ^= scramble3(wordWithin(bytes, at + 8, end));
    h4 ^= scramble4(wordWithin(bytes, at + 12, end));
  }
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = finished(h2 + h1);
  h3 = finished(h3 + h1);
  h4 = finished(h4 + h1);
  h1 = (finished(h1) + h2 + h3 + h4) | 0;
  hash[0] = h1;
  hash[1] = h2 + h1;
  hash[2] = h3 + h1;
  hash[3] = h4 + h1;
}

function scramble1(word: number): number {
  return Math.imul(rotate(Math.imul(word, C1), 15), C2);
}

function scramble2(word: number): number {
  return Math.imul(rotate(Math.imul(word, C2), 16), C3);
}

function scramble3(word: number): number {
  return Math.imul(rotate(Math.imul(word, C3), 17), C4);
}

function scramble4(word: number): number {
  return Math.imul(rotate(Math.imul(word, C4), 18), C1);
}

/** Mixes the bits of a word until each depends on all others. */
function finished(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Little-endian. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

/** As {@link wordAt}; bytes from `end` on read as 0, which scrambles to 0 and changes nothing. */
function wordWithin(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let index = Math.min(end - at, 4) - 1; index >= 0; index--)
    word = (word << 8) | (bytes[at + index] ?? 0);
  return word;
}
