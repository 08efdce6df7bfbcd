import { doubleFunction } from './double-function.ts';

export const atan = doubleFunction('atan', 'The inverse tangent, in radians.', Math.atan, {
  sql: 'ATAN(1)',
  gives: '0.7853981633974483E0',
});
