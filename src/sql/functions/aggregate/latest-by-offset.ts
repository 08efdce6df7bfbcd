import { defineAggregate } from '../definition.ts';
import { byOffsetOverloads } from './by-offset.ts';

export const latestByOffset = defineAggregate({
  name: 'LATEST_BY_OFFSET',
  category: 'AGGREGATE',
  description: 'Keeps the last value of a column, or the last n, in the order of arrival.',
  overloads: byOffsetOverloads('latest'),
});
