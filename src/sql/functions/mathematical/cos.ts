import { cos as cosine } from './exact-trigonometry.ts';
import { doubleFunction } from './double-function.ts';

export const cos = doubleFunction('cos', 'The cosine of an angle in radians.', cosine, {
  sql: 'COS(0)',
  gives: '1E0',
});
