import { cos, sin } from './exact-trigonometry.ts';
import { doubleFunction } from './double-function.ts';

export const cot = doubleFunction('cot', 'The cotangent of an angle in radians.', (x) => cos(x) / sin(x), {
  sql: 'COT(0.7853981633974483E0)',
  gives: '1.0000000000000002E0',
});
