import { defineFunction, overload } from '../definition.ts';
import type { Decimal } from '../../../serde/model/decimal.ts';
import { doubleToInt64 } from '../../../serde/model/int64.ts';
import { atPlaces, doubleAtPlaces, roundingOverload, wholeType } from './decimal-places.ts';

/** Halves go up, towards positive infinity, as in Java's `Math.round`. */
function halfUp(value: Decimal, places: number): Decimal {
  return value.withScale(places, value.sign() < 0 ? 'HALF_DOWN' : 'HALF_UP');
}

export const round = defineFunction({
  name: 'round',
  category: 'MATHEMATICAL',
  description:
    'The nearest whole number, or number of so many places; halves go up, towards positive infinity.',
  overloads: [
    overload(['val INTEGER'], 'BIGINT', (value) => value),
    overload(['val BIGINT'], 'BIGINT', (value) => value),
    overload(['val DOUBLE'], 'BIGINT', (value) => doubleToInt64(Math.round(value))),
    roundingOverload(['val DECIMAL'], wholeType, (value) => halfUp(value, 0)),
    overload(['val DOUBLE', 'decimalPlaces INTEGER'], 'DOUBLE', (value, places) =>
      doubleAtPlaces(value, places, halfUp),
    ),
    roundingOverload(['val DECIMAL', 'decimalPlaces INTEGER'], 'DECIMAL', (value, places) =>
      atPlaces(value, places, halfUp),
    ),
  ],
  examples: [
    { sql: 'ROUND(2.45, 1)', gives: '2.50' },
    { sql: 'ROUND(-1.5)', gives: 'CAST(-1 AS DECIMAL(1, 0))' },
    { sql: 'ROUND(1e0 * 2.5)', gives: 'CAST(3 AS BIGINT)' },
  ],
});
