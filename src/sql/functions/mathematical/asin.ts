import { doubleFunction } from './double-function.ts';

export const asin = doubleFunction('asin', 'The inverse sine, in radians.', Math.asin, {
  sql: 'ASIN(1)',
  gives: '1.5707963267948966E0',
});
