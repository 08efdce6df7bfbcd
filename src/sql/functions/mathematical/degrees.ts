import { doubleFunction } from './double-function.ts';

/** Multiplies as Java's `Math.toDegrees` does, so that results agree to the last digit. */
export const degrees = doubleFunction(
  'degrees',
  'An angle in radians as degrees.',
  (x) => x * 57.29577951308232,
  { sql: 'DEGREES(3.141592653589793E0)', gives: '180E0' },
);
