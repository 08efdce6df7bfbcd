import { defineFunction, overload } from '../definition.ts';
import { roundingOverload } from './decimal-places.ts';

export const ceil = defineFunction({
  name: 'ceil',
  category: 'MATHEMATICAL',
  description: 'The least whole number that is not below the value, in the type of the value.',
  overloads: [
    overload(['val INTEGER'], 'INTEGER', (value) => value),
    overload(['val BIGINT'], 'BIGINT', (value) => value),
    overload(['val DOUBLE'], 'DOUBLE', Math.ceil),
    roundingOverload(['val DECIMAL'], 'DECIMAL', (value) =>
      value.withScale(0, 'CEILING').withScale(value.scale, 'UNNECESSARY'),
    ),
  ],
  examples: [{ sql: 'CEIL(1.1)', gives: '2.0' }],
});
