import { defineFunction, overload } from '../definition.ts';
import { createHash, randomUUID } from 'node:crypto';

/** A version 3 UUID of bytes, as Java's `UUID.nameUUIDFromBytes`. */
function nameUuid(bytes: Buffer): string {
  const hash = createHash('md5').update(bytes).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x30;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export const uuid = defineFunction({
  name: 'uuid',
  category: 'STRING',
  description: 'A random UUID, or the one that 16 bytes are.',
  overloads: [
    overload([], 'STRING', () => randomUUID()),
    overload(['bytes BYTES'], 'STRING', (bytes) =>
      bytes.length === 16
        ? bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
        : nameUuid(bytes),
    ),
  ],
});
