import { exp as exponential } from './exact-logarithm.ts';
import { doubleFunction } from './double-function.ts';

export const exp = doubleFunction('exp', "Euler's number to the power of a value.", exponential);
