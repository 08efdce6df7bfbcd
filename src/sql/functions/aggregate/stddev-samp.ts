import { defineAggregate } from '../definition.ts';
import { sampleOverloads } from './moments.ts';

export const stddevSamp = defineAggregate({
  name: 'STDDEV_SAMP',
  category: 'AGGREGATE',
  description:
    'The variance of a sample. The name promises its root, which is STDDEV_SAMPLE: ksqlDB has it so.',
  overloads: sampleOverloads((variance) => variance),
});
