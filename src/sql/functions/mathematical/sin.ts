import { sin as sine } from './exact-trigonometry.ts';
import { doubleFunction } from './double-function.ts';

export const sin = doubleFunction('sin', 'The sine of an angle in radians.', sine, {
  sql: 'SIN(1)',
  gives: '0.8414709848078965E0',
});
