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
