import { defineAggregate } from '../definition.ts';
import { sampleOverloads } from './moments.ts';

export const stddevSample = defineAggregate({
  name: 'STDDEV_SAMPLE',
  category: 'AGGREGATE',
  description: 'The standard deviation of a sample; 0 for fewer than two values.',
  overloads: sampleOverloads(Math.sqrt),
});
