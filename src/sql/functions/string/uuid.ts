import { defineFunction, overload } from '../definition.ts';
import { randomUUID } from 'node:crypto';

export const uuid = defineFunction({
  name: 'uuid',
  category: 'STRING',
  description: 'A random UUID, or the one that 16 bytes are; null for another number of bytes.',
  overloads: [
    overload([], 'STRING', () => randomUUID()),
    overload(['bytes BYTES'], 'STRING', (bytes) =>
      bytes.length === 16 ? bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : null,
    ),
  ],
});
