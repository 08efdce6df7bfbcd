import { doubleFunction } from './double-function.ts';

export const ln = doubleFunction('ln', 'The natural logarithm.', Math.log);
