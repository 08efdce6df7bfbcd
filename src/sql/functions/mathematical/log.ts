import { defineFunction } from '../definition.ts';
import { doubleOverloads, doublePairOverloads } from './double-function.ts';

function logarithm(base: number, value: number): number {
  return base === 1 || base <= 0 ? Number.NaN : Math.log(value) / Math.log(base);
}

export const log = defineFunction({
  name: 'log',
  category: 'MATHEMATICAL',
  description: 'The natural logarithm of a value, or its logarithm to a base, which comes first.',
  overloads: [...doubleOverloads(Math.log), ...doublePairOverloads(['base', 'value'], logarithm)],
});
