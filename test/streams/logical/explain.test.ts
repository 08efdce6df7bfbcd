import path from 'node:path';
import { expect, it } from 'vitest';
import { StreamsBuilder } from '../../../src/streams/index.ts';
import { topologies } from '../oracle-topologies.ts';

const printed = [
  'stateless',
  'count-by',
  'tumbling-final',
  'suppress-final',
  'table-filter-kept',
  'table-group-reduce',
  'split',
  'stream-stream-keyed',
  'stream-table-left',
  'table-table-filter-outer',
  'foreign-key-count-left',
];

it.each(printed)('a plan is printed with what the passes found: %s', async (name) => {
  const builder = new StreamsBuilder();
  topologies[name]?.(builder);
  const text = `${builder.explain()}\n${builder.build().describe()}`;
  await expect(text).toMatchFileSnapshot(path.join(import.meta.dirname, 'plans', `${name}.txt`));
});
