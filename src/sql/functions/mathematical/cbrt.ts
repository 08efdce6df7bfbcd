import { doubleFunction } from './double-function.ts';

export const cbrt = doubleFunction('cbrt', 'The cube root.', Math.cbrt);
