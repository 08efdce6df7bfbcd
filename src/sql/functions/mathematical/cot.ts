import { doubleFunction } from './double-function.ts';

export const cot = doubleFunction('cot', 'The cotangent of an angle in radians.', (x) => 1 / Math.tan(x));
