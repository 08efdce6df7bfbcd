import { defineFunction, overload } from '../definition.ts';

function sign(value: number): number {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}

export const signFunction = defineFunction({
  name: 'sign',
  category: 'MATHEMATICAL',
  description: '1 for positive numbers, -1 for negative ones, else 0.',
  overloads: [
    overload(['value INTEGER'], 'INTEGER', sign),
    overload(['value BIGINT'], 'INTEGER', (value) => (value > 0 ? 1 : value < 0 ? -1 : 0)),
    overload(['value DOUBLE'], 'INTEGER', sign),
  ],
  examples: [{ sql: 'SIGN(-7)', gives: '-1' }],
});
