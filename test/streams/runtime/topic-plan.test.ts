import { describe, expect, it } from 'vitest';
import { Serdes, StreamsBuilder } from '../../../src/streams/index.ts';
import { planTopics } from '../../../src/streams/runtime/topic-plan.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

describe('how many partitions internal topics have', () => {
  it('is decided where a part of the topology reads what it writes, as a table that is joined with itself on a foreign key', () => {
    const builder = new StreamsBuilder();
    const latest = builder
      .stream('in', strings)
      .groupBy((_key, value) => value, strings)
      .reduce((_before, value) => value);
    latest
      .join(latest, (left, right) => `${left}${right}`, { foreignKey: (value) => value, ...strings })
      .toStream()
      .to('out', strings);
    const plan = planTopics(builder.build(), 'app', new Map([['in', 3]]));
    expect(new Set(plan.internalTopics.map(({ partitions }) => partitions))).toEqual(new Set([3]));
    expect(plan.tasks).toHaveLength(6);
  });
});
