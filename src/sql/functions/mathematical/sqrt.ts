import { doubleFunction } from './double-function.ts';

export const sqrt = doubleFunction('sqrt', 'The square root.', Math.sqrt, {
  sql: 'SQRT(2)',
  gives: '1.4142135623730951E0',
});
