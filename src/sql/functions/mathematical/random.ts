import { defineFunction, overload } from '../definition.ts';
import { randomBytes } from 'node:crypto';

export const random = defineFunction({
  name: 'random',
  category: 'MATHEMATICAL',
  description: 'A random number from 0 on and below 1.',
  overloads: [overload([], 'DOUBLE', () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48)],
});
