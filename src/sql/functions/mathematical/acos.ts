import { doubleFunction } from './double-function.ts';

export const acos = doubleFunction('acos', 'The inverse cosine, in radians.', Math.acos);
