import { defineAggregate } from '../definition.ts';
import { byOffsetOverloads } from './by-offset.ts';

export const earliestByOffset = defineAggregate({
  name: 'EARLIEST_BY_OFFSET',
  category: 'AGGREGATE',
  description: 'Keeps the first value of a column, or the first n, in the order of arrival.',
  overloads: byOffsetOverloads('earliest'),
});
