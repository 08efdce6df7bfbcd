/** Kafka Streams' seed, which it has from Hive. */
const SEED = 104_729;
/** The constants of the 128-bit variant for 64-bit machines, as halves. */
const C1_HIGH = 0x87c37b91 | 0;
const C1_LOW = 0x114253d5;
const C2_HIGH = 0x4cf5ad43;
const C2_LOW = 0x2745937f;
const ADDED_1 = 0x52dce729;
const ADDED_2 = 0x38495ab5;
const FINAL_1_HIGH = 0xff51afd7 | 0;
const FINAL_1_LOW = 0xed558ccd | 0;
const FINAL_2_HIGH = 0xc4ceb9fe | 0;
const FINAL_2_LOW = 0x1a85ec53;
const BLOCK_BYTES = 16;
const CARRY = 2 ** 32;

/** The halves of what the functions below answer, as int32: an object for each step would take longer than the step. */
let high = 0;
let low = 0;

/**
 * The 128-bit murmur3 hash (x64) as Kafka Streams has it: with its seed, both halves big-endian. 64-bit arithmetic is done in
 * halves, since BigInt takes some hundred times as long.
 */
export function murmur3(bytes: Uint8Array, seed = SEED): Buffer {
  const { length } = bytes;
  let high1 = 0;
  let low1 = seed;
  let high2 = 0;
  let low2 = seed;
  const blocksEnd = length - (length % BLOCK_BYTES);
  for (let at = 0; at < blocksEnd; at += BLOCK_BYTES) {
    scramble1(bytes, at);
    rotate(high1 ^ high, low1 ^ low, 27);
    add(high2, low2);
    multiply(0, 5);
    add(0, ADDED_1);
    high1 = high;
    low1 = low;
    scramble2(bytes, at + 8);
    rotate(high2 ^ high, low2 ^ low, 31);
    add(high1, low1);
    multiply(0, 5);
    add(0, ADDED_2);
    high2 = high;
    low2 = low;
  }
  if (blocksEnd < length) {
    // What is missing reads as 0, which stays 0 and changes nothing.
    scramble1(bytes, blocksEnd);
    high1 ^= high;
    low1 ^= low;
    scramble2(bytes, blocksEnd + 8);
    high2 ^= high;
    low2 ^= low;
  }
  high = high1;
  low = low1 ^ length;
  return finished(high2, low2 ^ length);
}

/** The end of the hash, whose first half is at hand. */
function finished(otherHigh: number, otherLow: number): Buffer {
  add(otherHigh, otherLow);
  const [high1, low1] = [high, low];
  add(otherHigh, otherLow);
  finish();
  const [high2, low2] = [high, low];
  high = high1;
  low = low1;
  finish();
  add(high2, low2);
  const hash = Buffer.allocUnsafe(BLOCK_BYTES);
  putHalves(hash, 0);
  add(high2, low2);
  putHalves(hash, 8);
  return hash;
}

/** The first eight bytes of a block. */
function scramble1(bytes: Uint8Array, at: number): void {
  high = word(bytes, at + 4);
  low = word(bytes, at);
  multiply(C1_HIGH, C1_LOW);
  rotate(high, low, 31);
  multiply(C2_HIGH, C2_LOW);
}

/** The other eight. */
function scramble2(bytes: Uint8Array, at: number): void {
  high = word(bytes, at + 4);
  low = word(bytes, at);
  multiply(C2_HIGH, C2_LOW);
  // By 33.
  rotate(low, high, 1);
  multiply(C1_HIGH, C1_LOW);
}

/** Mixes the bits of the number at hand until each depends on all others. */
function finish(): void {
  low ^= high >>> 1;
  multiply(FINAL_1_HIGH, FINAL_1_LOW);
  low ^= high >>> 1;
  multiply(FINAL_2_HIGH, FINAL_2_LOW);
  low ^= high >>> 1;
}

/** Little-endian; bytes behind the end read as 0. */
function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

/** Rotates by less than 32 bits. */
function rotate(fromHigh: number, fromLow: number, bits: number): void {
  high = (fromHigh << bits) | (fromLow >>> (32 - bits));
  low = (fromLow << bits) | (fromHigh >>> (32 - bits));
}

function add(otherHigh: number, otherLow: number): void {
  const sum = (low >>> 0) + (otherLow >>> 0);
  high = (high + otherHigh + (sum >= CARRY ? 1 : 0)) | 0;
  low = sum | 0;
}

/** The lower 64 bits of the product; that of the lower halves from pieces of 16 bits, whose products are below 2^32. */
function multiply(otherHigh: number, otherLow: number): void {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = otherLow & 0xffff;
  const b1 = otherLow >>> 16;
  const lowest = a0 * b0;
  const middle = a1 * b0 + (lowest >>> 16);
  const other = a0 * b1 + (middle & 0xffff);
  const carried = a1 * b1 + (middle >>> 16) + (other >>> 16);
  high = (carried + Math.imul(high, otherLow) + Math.imul(low, otherHigh)) | 0;
  low = (other << 16) | (lowest & 0xffff);
}

function putHalves(hash: Buffer, at: number): void {
  hash.writeInt32BE(high, at);
  hash.writeInt32BE(low, at + 4);
}
