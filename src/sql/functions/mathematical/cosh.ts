import { doubleFunction } from './double-function.ts';

export const cosh = doubleFunction('cosh', 'The hyperbolic cosine.', Math.cosh, {
  sql: 'COSH(0)',
  gives: '1E0',
});
