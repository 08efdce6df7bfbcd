import { doubleFunction } from './double-function.ts';

export const sin = doubleFunction('sin', 'The sine of an angle in radians.', Math.sin);
