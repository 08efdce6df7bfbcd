import { expect, it } from 'vitest';
import { JoinWindows, Serdes, StreamsBuilder } from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import { EMIT_ALWAYS } from '../recordings.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

function joined(resumeFrom?: TopologyTestDriver) {
  const builder = new StreamsBuilder();
  builder
    .stream('left', strings)
    .leftJoin(
      builder.stream('right', strings),
      (left, right) => `${left}-${right}`,
      JoinWindows.ofTimeDifferenceWithNoGrace(5),
      { ...strings, otherValueSerde: Serdes.string },
    )
    .to('out', strings);
  const options = { config: EMIT_ALWAYS, ...(resumeFrom === undefined ? {} : { resumeFrom }) };
  const driver = new TopologyTestDriver(builder.build(), options);
  const output = driver.createOutputTopic('out', strings);
  return {
    driver,
    write: (topic: 'left' | 'right', key: string, timestamp: number) =>
      driver.createInputTopic(topic, strings).pipeInput(key, `${key}${timestamp}`, { timestamp }),
    results: () => output.readKeyValues().map(([, value]) => value),
  };
}

it('an unmatched record is told after a restart, though no other one comes', () => {
  const first = joined();
  first.write('left', 'a', 0);
  first.write('left', 'b', 3);
  first.driver.close();
  const second = joined(first.driver);
  second.write('right', 'b', 4);
  second.write('right', 'c', 20);
  expect(second.results()).toEqual(['b3-b4', 'a0-null']);
});

it('a stream with a new key that is joined twice passes one repartition topic', () => {
  const builder = new StreamsBuilder();
  const keyed = builder.stream('left', strings).selectKey((_key, value) => value, strings);
  for (const table of ['one', 'two'])
    keyed
      .join(builder.table(table, strings), (left, right) => `${left}-${right}`)
      .to(`${table}-out`, strings);
  const driver = new TopologyTestDriver(builder.build());
  for (const table of ['one', 'two']) driver.createInputTopic(table, strings).pipeInput('v', table);
  driver.createInputTopic('left', strings).pipeInput('k', 'v');
  for (const table of ['one', 'two'])
    expect(driver.createOutputTopic(`${table}-out`, strings).readKeyValues()).toEqual([['v', `v-${table}`]]);
  expect([...driver.producedTopics].filter((topic) => topic.endsWith('-repartition'))).toHaveLength(1);
});
