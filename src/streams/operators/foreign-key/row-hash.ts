import { createHash } from 'node:crypto';
import { murmur3 } from '../../../base/murmur3.ts';
import type { Serde } from '../../serde.ts';

/**
 * 128 bits that tell one version of a row from another, so that a late answer is known to be for an older one: those of Kafka
 * Streams (KIP-213), whose members may be of the same group.
 */
export function rowHash<V>(serde: Serde<V>, topic: string, value: V | null): Buffer | null {
  if (value === null) return null;
  const bytes = serde.serialize(topic, value);
  return bytes && murmur3(bytes);
}

/** Whether a hash is that of a row, or null where there is none. Earlier versions of Millrace have subscribed with MD5. */
export function isHashOf<V>(
  hash: Buffer | null,
  row: { readonly serde: Serde<V>; readonly topic: string; readonly value: V | null },
): boolean {
  const { serde, topic, value } = row;
  const bytes = value === null ? null : serde.serialize(topic, value);
  if (bytes === null || hash === null) return bytes === hash;
  return hash.equals(murmur3(bytes)) || hash.equals(createHash('md5').update(bytes).digest());
}
