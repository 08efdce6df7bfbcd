import { doubleFunction } from './double-function.ts';

export const acos = doubleFunction('acos', 'The inverse cosine, in radians.', Math.acos, {
  sql: 'ACOS(-1)',
  gives: '3.141592653589793E0',
});
