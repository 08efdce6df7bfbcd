import { doubleFunction } from './double-function.ts';

/** Multiplies as Java's `Math.toRadians` does, so that results agree to the last digit. */
export const radians = doubleFunction(
  'radians',
  'An angle in degrees as radians.',
  (x) => x * 0.017453292519943295,
  { sql: 'RADIANS(180)', gives: '3.141592653589793E0' },
);
