import { cos, sin } from './exact-trigonometry.ts';
import { doubleFunction } from './double-function.ts';

export const cot = doubleFunction('cot', 'The cotangent of an angle in radians.', (x) => cos(x) / sin(x));
