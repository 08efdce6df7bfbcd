const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * The 32-bit murmur2 hash, with the seed that Kafka's default partitioner uses. An int32, as in Java.
 */
export function murmur2(data: Uint8Array): number {
  const length = data.length;
  const blocksEnd = length & ~3;
  let h = SEED ^ length;
  for (let i = 0; i < blocksEnd; i += 4) {
    const word =
      (data[i] as number) |
      ((data[i + 1] as number) << 8) |
      ((data[i + 2] as number) << 16) |
      ((data[i + 3] as number) << 24);
    let k = Math.imul(word, M);
    k ^= k >>> R;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length & 3;
  if (rest === 3) h ^= (data[blocksEnd + 2] as number) << 16;
  if (rest >= 2) h ^= (data[blocksEnd + 1] as number) << 8;
  if (rest >= 1) h = Math.imul(h ^ (data[blocksEnd] as number), M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

/** The partition, of `count`, to which Kafka's default partitioner sends a record with this key. */
export function partitionOfKey(key: Uint8Array, count: number): number {
  return (murmur2(key) & 0x7fffffff) % count;
}
