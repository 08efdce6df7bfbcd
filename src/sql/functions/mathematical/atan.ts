import { doubleFunction } from './double-function.ts';

export const atan = doubleFunction('atan', 'The inverse tangent, in radians.', Math.atan);
