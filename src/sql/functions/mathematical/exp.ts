import { exp as exponential } from './exact-logarithm.ts';
import { doubleFunction } from './double-function.ts';

export const exp = doubleFunction('exp', "Euler's number to the power of a value.", exponential, {
  sql: 'EXP(1)',
  gives: '2.718281828459045E0',
});
