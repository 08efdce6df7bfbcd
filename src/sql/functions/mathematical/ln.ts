import { ln as logarithm } from './exact-logarithm.ts';
import { doubleFunction } from './double-function.ts';

export const ln = doubleFunction('ln', 'The natural logarithm.', logarithm, {
  sql: 'LN(2)',
  gives: '0.6931471805599453E0',
});
