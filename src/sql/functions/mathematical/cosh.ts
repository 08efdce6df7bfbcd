import { doubleFunction } from './double-function.ts';

export const cosh = doubleFunction('cosh', 'The hyperbolic cosine.', Math.cosh);
