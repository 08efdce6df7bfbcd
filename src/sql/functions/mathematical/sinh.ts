import { doubleFunction } from './double-function.ts';

export const sinh = doubleFunction('sinh', 'The hyperbolic sine.', Math.sinh, {
  sql: 'SINH(1)',
  gives: '1.1752011936438014E0',
});
