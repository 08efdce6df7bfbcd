import { defineFunction } from '../definition.ts';
import { doublePairOverloads } from './double-function.ts';

export const atan2 = defineFunction({
  name: 'atan2',
  category: 'MATHEMATICAL',
  description: 'The angle, in radians, of the point (x, y).',
  overloads: doublePairOverloads(['y', 'x'], Math.atan2),
});
