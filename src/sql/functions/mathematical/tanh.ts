import { doubleFunction } from './double-function.ts';

export const tanh = doubleFunction('tanh', 'The hyperbolic tangent.', Math.tanh, {
  sql: 'TANH(1)',
  gives: '0.7615941559557649E0',
});
