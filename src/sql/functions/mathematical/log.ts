import { defineFunction } from '../definition.ts';
import { ln } from './exact-logarithm.ts';
import { doubleOverloads, doublePairOverloads } from './double-function.ts';

function logarithm(base: number, value: number): number {
  return base === 1 || base <= 0 ? Number.NaN : ln(value) / ln(base);
}

export const log = defineFunction({
  name: 'log',
  category: 'MATHEMATICAL',
  description: 'The natural logarithm of a value, or its logarithm to a base, which comes first.',
  overloads: [...doubleOverloads(ln), ...doublePairOverloads(['base', 'value'], logarithm)],
  examples: [
    { sql: 'LOG(2)', gives: '0.6931471805599453E0' },
    { sql: 'LOG(2, 8)', gives: '3E0' },
    { sql: 'LOG(1, 8)', gives: "CAST('NaN' AS DOUBLE)" },
  ],
});
