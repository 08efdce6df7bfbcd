import { doubleFunction } from './double-function.ts';

export const tanh = doubleFunction('tanh', 'The hyperbolic tangent.', Math.tanh);
