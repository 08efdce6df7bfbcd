import { doubleFunction } from './double-function.ts';

export const asin = doubleFunction('asin', 'The inverse sine, in radians.', Math.asin);
