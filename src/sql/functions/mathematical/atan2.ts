import { defineFunction } from '../definition.ts';
import { atan2 as angleOf } from './java-roots.ts';
import { doublePairOverloads } from './double-function.ts';

export const atan2 = defineFunction({
  name: 'atan2',
  category: 'MATHEMATICAL',
  description: 'The angle, in radians, of the point (x, y).',
  overloads: doublePairOverloads(['y', 'x'], angleOf),
  examples: [{ sql: 'ATAN2(1, -1)', gives: '2.356194490192345E0' }],
});
