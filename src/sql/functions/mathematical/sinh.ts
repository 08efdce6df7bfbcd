import { doubleFunction } from './double-function.ts';

export const sinh = doubleFunction('sinh', 'The hyperbolic sine.', Math.sinh);
