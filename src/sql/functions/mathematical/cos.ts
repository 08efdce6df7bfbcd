import { doubleFunction } from './double-function.ts';

export const cos = doubleFunction('cos', 'The cosine of an angle in radians.', Math.cos);
