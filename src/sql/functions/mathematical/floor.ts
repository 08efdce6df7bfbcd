import { defineFunction, overload } from '../definition.ts';
import { roundingOverload } from './decimal-places.ts';

export const floor = defineFunction({
  name: 'floor',
  category: 'MATHEMATICAL',
  description: 'The greatest whole number that is not above the value, in the type of the value.',
  overloads: [
    overload(['val INTEGER'], 'INTEGER', (value) => value),
    overload(['val BIGINT'], 'BIGINT', (value) => value),
    overload(['val DOUBLE'], 'DOUBLE', Math.floor),
    roundingOverload(['val DECIMAL'], 'DECIMAL', (value) =>
      value.withScale(0, 'FLOOR').withScale(value.scale, 'UNNECESSARY'),
    ),
  ],
  examples: [{ sql: 'FLOOR(-1.1)', gives: '-2.0' }],
});
