import { defineFunction, overload } from '../definition.ts';
import type { Decimal } from '../../../serde/model/decimal.ts';
import { doubleToInt64 } from '../../../serde/model/int64.ts';
import { atPlaces, doubleAtPlaces, roundingOverload, wholeType } from './decimal-places.ts';

function down(value: Decimal, places: number): Decimal {
  return value.withScale(places, 'DOWN');
}

export const trunc = defineFunction({
  name: 'trunc',
  category: 'MATHEMATICAL',
  description: 'The number without its places, or cut to so many places.',
  overloads: [
    overload(['val INTEGER'], 'BIGINT', (value) => value),
    overload(['val BIGINT'], 'BIGINT', (value) => value),
    overload(['val DOUBLE'], 'BIGINT', doubleToInt64),
    roundingOverload(['val DECIMAL'], wholeType, (value) => down(value, 0)),
    overload(['val DOUBLE', 'decimalPlaces INTEGER'], 'DOUBLE', (value, places) =>
      doubleAtPlaces(value, places, down),
    ),
    roundingOverload(['val DECIMAL', 'decimalPlaces INTEGER'], 'DECIMAL', (value, places) =>
      atPlaces(value, places, down),
    ),
  ],
  examples: [{ sql: 'TRUNC(-1.79, 1)', gives: '-1.70' }],
});
