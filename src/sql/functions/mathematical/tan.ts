import { tan as tangent } from './exact-trigonometry.ts';
import { doubleFunction } from './double-function.ts';

export const tan = doubleFunction('tan', 'The tangent of an angle in radians.', tangent, {
  sql: 'TAN(1)',
  gives: '1.5574077246549023E0',
});
