import { createHash } from 'node:crypto';
import type { Serde } from '../../serde.ts';

/** 128 bits that tell one version of a row from another, so that a late answer is known to be for an older one. */
export function rowHash<V>(serde: Serde<V>, topic: string, value: V | null): Buffer | null {
  if (value === null) return null;
  const bytes = serde.serialize(topic, value);
  return bytes && createHash('md5').update(bytes).digest();
}
