/** The key of a record of the keyed load: keys come round and round. */
export function keyOf(index: number, keys: number): string {
  return `key-${String(index % keys).padStart(12, '0')}`;
}
