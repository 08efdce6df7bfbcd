import { defineFunction, overload } from '../definition.ts';
import { negateInt64 } from '../../../serde/model/int64.ts';

export const abs = defineFunction({
  name: 'abs',
  category: 'MATHEMATICAL',
  description: 'The absolute value.',
  overloads: [
    overload(['val INTEGER'], 'INTEGER', (value) => Math.abs(value) | 0),
    overload(['val BIGINT'], 'BIGINT', (value) => (value < 0 ? negateInt64(value) : value)),
    overload(['val DOUBLE'], 'DOUBLE', Math.abs),
    overload(['val DECIMAL'], 'DECIMAL', (value) => value.absolute()),
  ],
  examples: [
    { sql: 'ABS(-5)', gives: '5' },
    { sql: 'ABS(-1.50)', gives: '1.50' },
  ],
});
