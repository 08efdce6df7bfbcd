import { xxhash32 } from '../../base/xxhash32.ts';
import { LZ4_MAGIC } from './lz4-frame.ts';

/**
 * LZ4 that looks longer for its matches (as "LZ4 HC" does): slower to write, smaller, and read as any other. A frame has
 * independent blocks of 64 KiB without checksums, as Kafka's have.
 */
const BLOCK_BYTES = 64 * 1024;
/** Version 1, independent blocks; block size 4 is 64 KiB. */
const FLAGS = 0x60;
const BLOCK_SIZE = 0x40;
const HEADER_BYTES = 7;
const UNCOMPRESSED_BLOCK = 0x80000000;

const HASH_BITS = 15;
const HASH_FACTOR = 0x9e3779b1;
/** Places looked at for one match, at the most: what a client has made up to be slow must not hold up others. */
const ATTEMPTS_MAX = 256;
const NONE = -1;
const MATCH_BYTES_MIN = 4;
/** The block format: no match begins in the last 12 bytes of a block, and the last five are literals. */
const MATCH_START_MARGIN = 12;
const LAST_LITERALS = 5;
const LENGTH_MASK = 15;

/**
 * Compresses into one frame.
 * @param level 1 to 17: two to the power of one less are the places that are looked at for each match; from 10 on it is the same.
 */
export function compressLz4High(bytes: Buffer, level: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(LZ4_MAGIC, 0);
  header[4] = FLAGS;
  header[5] = BLOCK_SIZE;
  header[6] = (xxhash32(header, 4, 6) >>> 8) & 0xff;
  const pieces: Buffer[] = [header];
  const compressor = new BlockCompressor(Math.min(2 ** (level - 1), ATTEMPTS_MAX));
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    const block = bytes.subarray(start, start + BLOCK_BYTES);
    const compressed = compressor.compress(block);
    const isSmaller = compressed.length < block.length;
    const size = Buffer.allocUnsafe(4);
    size.writeUInt32LE(isSmaller ? compressed.length : block.length + UNCOMPRESSED_BLOCK);
    pieces.push(size, isSmaller ? compressed : block);
  }
  pieces.push(Buffer.alloc(4));
  return Buffer.concat(pieces);
}

/** Compresses one block after the other (LZ4 block format). */
class BlockCompressor {
  readonly #attempts: number;
  /** The last place of each hash of four bytes, and by place the one before it that has the same. */
  readonly #last = new Int32Array(1 << HASH_BITS);
  readonly #before = new Int32Array(BLOCK_BYTES);
  #from: Buffer = Buffer.alloc(0);
  #to: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Places below are in the tables. */
  #noted = 0;
  #matchStart = 0;

  constructor(attempts: number) {
    this.#attempts = attempts;
  }

  compress(block: Buffer): Buffer {
    this.#from = block;
    // What cannot be compressed takes a byte more for each 255.
    this.#to = Buffer.allocUnsafe(block.length + Math.ceil(block.length / 255) + 16);
    this.#at = 0;
    this.#noted = 0;
    this.#last.fill(NONE);
    const startMax = block.length - MATCH_START_MARGIN;
    let literals = 0;
    let at = 0;
    while (at <= startMax) {
      let length = this.#longestMatch(at);
      if (length < MATCH_BYTES_MIN) {
        at++;
        continue;
      }
      let match = this.#matchStart;
      // One literal more is worth it where the match behind it is longer.
      while (at < startMax) {
        const next = this.#longestMatch(at + 1);
        if (next <= length) break;
        at++;
        length = next;
        match = this.#matchStart;
      }
      this.#writeSequence({ literals, at, distance: at - match, length });
      at += length;
      literals = at;
    }
    this.#writeLiterals(literals, block.length, 0);
    return this.#to.subarray(0, this.#at);
  }

  /** Returns how long the longest match is, and notes where it begins; 0 where there is none. */
  #longestMatch(at: number): number {
    const from = this.#from;
    const end = from.length - LAST_LITERALS;
    this.#noteUntil(at);
    let longest = MATCH_BYTES_MIN - 1;
    let place = this.#last[this.#hashAt(at)] ?? NONE;
    for (let left = this.#attempts; place !== NONE && left > 0; left--) {
      if (from[place + longest] === from[at + longest]) {
        let length = 0;
        while (at + length < end && from[place + length] === from[at + length]) length++;
        if (length > longest) {
          longest = length;
          this.#matchStart = place;
          if (at + length === end) break;
        }
      }
      place = this.#before[place] ?? NONE;
    }
    return longest < MATCH_BYTES_MIN ? 0 : longest;
  }

  #noteUntil(end: number): void {
    for (; this.#noted < end; this.#noted++) {
      const hash = this.#hashAt(this.#noted);
      this.#before[this.#noted] = this.#last[hash] ?? NONE;
      this.#last[hash] = this.#noted;
    }
  }

  #hashAt(at: number): number {
    return Math.imul(this.#from.readInt32LE(at), HASH_FACTOR) >>> (32 - HASH_BITS);
  }

  #writeSequence(sequence: {
    readonly literals: number;
    readonly at: number;
    readonly distance: number;
    readonly length: number;
  }): void {
    const { literals, at, distance } = sequence;
    const length = sequence.length - MATCH_BYTES_MIN;
    this.#writeLiterals(literals, at, Math.min(length, LENGTH_MASK));
    this.#to[this.#at++] = distance & 0xff;
    this.#to[this.#at++] = distance >>> 8;
    if (length >= LENGTH_MASK) this.#writeLength(length - LENGTH_MASK);
  }

  /** Writes a token and the literals that it begins with; `low` is its lower half. */
  #writeLiterals(start: number, end: number, low: number): void {
    const count = end - start;
    this.#to[this.#at++] = (Math.min(count, LENGTH_MASK) << 4) | low;
    if (count >= LENGTH_MASK) this.#writeLength(count - LENGTH_MASK);
    this.#at += this.#from.copy(this.#to, this.#at, start, end);
  }

  #writeLength(rest: number): void {
    let left = rest;
    for (; left >= 255; left -= 255) this.#to[this.#at++] = 255;
    this.#to[this.#at++] = left;
  }
}
