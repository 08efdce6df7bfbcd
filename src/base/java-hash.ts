/** Java's `String.hashCode`: how Kafka finds the partition of a group or of a transactional id. An int32. */
export function javaStringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/**
 * The partition, of `count`, that a coordinator keeps `key` in: Java's hash made positive, where the smallest integer,
 * which has no positive, counts as 0 (`Utils.abs` of Kafka; not a mask).
 */
export function coordinatorPartition(key: string, count: number): number {
  const hash = javaStringHash(key);
  return hash === -0x80000000 ? 0 : Math.abs(hash) % count;
}

/** Of Java's `HashMap`: how many places a new one has, and how full they may be. */
const TABLE_LENGTH = 16;
const LOAD_FACTOR = 0.75;

/** Entries of texts in the order in which Java's `HashMap` has them when they were put into a new one. */
export function inJavaMapOrder<T>(
  entries: readonly (readonly [string, T])[],
): readonly (readonly [string, T])[] {
  let length = TABLE_LENGTH;
  while (entries.length > length * LOAD_FACTOR) length *= 2;
  const placeOf = (key: string): number => {
    const hash = javaStringHash(key);
    return (hash ^ (hash >>> 16)) & (length - 1);
  };
  return entries.toSorted(([one], [other]) => placeOf(one) - placeOf(other));
}
