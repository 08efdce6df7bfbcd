import { createHash } from 'node:crypto';

/**
 * A sketch of a set of texts for counting it: while it is small the sorted 64-bit hashes of its members (8 bytes each),
 * then a HyperLogLog of 4096 registers of one byte (Flajolet et al., 2007). The two are told apart by their length.
 */
const REGISTERS = 4096;
const INDEX_BITS = 12;
const SPARSE_MAX = REGISTERS / 8 - 1;

export function emptySketch(): Buffer {
  return Buffer.alloc(0);
}

export function addToSketch(sketch: Buffer, text: string): Buffer {
  const hash = createHash('md5').update(text, 'utf8').digest().subarray(0, 8);
  return addHash(sketch, hash);
}

function addHash(sketch: Buffer, hash: Buffer): Buffer {
  if (sketch.length === REGISTERS) return addToRegisters(sketch, hash);
  const at = position(sketch, hash);
  if (sketch.subarray(at, at + 8).equals(hash)) return sketch;
  const grown = Buffer.concat([sketch.subarray(0, at), hash, sketch.subarray(at)]);
  return grown.length / 8 <= SPARSE_MAX ? grown : toRegisters(grown);
}

/** Where the hash is, or belongs, among the sorted ones. */
function position(sketch: Buffer, hash: Buffer): number {
  let low = 0;
  let high = sketch.length / 8;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sketch.compare(hash, 0, 8, middle * 8, middle * 8 + 8) < 0) low = middle + 1;
    else high = middle;
  }
  return low * 8;
}

function toRegisters(hashes: Buffer): Buffer {
  let registers: Buffer = Buffer.alloc(REGISTERS);
  for (let at = 0; at < hashes.length; at += 8)
    registers = addToRegisters(registers, hashes.subarray(at, at + 8));
  return registers;
}

function addToRegisters(registers: Buffer, hash: Buffer): Buffer {
  const index = hash.readUInt16BE(0) >>> (16 - INDEX_BITS);
  const rank = Math.clz32(hash.readUInt32BE(4)) + 1;
  if ((registers[index] ?? 0) >= rank) return registers;
  const next = Buffer.from(registers);
  next[index] = rank;
  return next;
}

export function mergeSketches(a: Buffer, b: Buffer): Buffer {
  if (a.length !== REGISTERS && b.length === REGISTERS) return mergeSketches(b, a);
  if (b.length === REGISTERS) return Buffer.from(a.map((rank, index) => Math.max(rank, b[index] ?? 0)));
  let merged = a;
  for (let at = 0; at < b.length; at += 8) merged = addHash(merged, b.subarray(at, at + 8));
  return merged;
}

export function estimateOf(sketch: Buffer): number {
  if (sketch.length !== REGISTERS) return sketch.length / 8;
  let sum = 0;
  let empty = 0;
  for (const rank of sketch) {
    sum += 2 ** -rank;
    if (rank === 0) empty += 1;
  }
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
  const estimate = raw <= 2.5 * REGISTERS && empty > 0 ? REGISTERS * Math.log(REGISTERS / empty) : raw;
  return Math.round(estimate);
}
