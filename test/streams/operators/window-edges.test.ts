import { expect, it } from 'vitest';
import { Serdes, StreamsBuilder, TimeWindows } from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';

function counting(windows: TimeWindows): TopologyTestDriver {
  const builder = new StreamsBuilder();
  builder
    .stream('in', { keySerde: Serdes.string, valueSerde: Serdes.string })
    .groupByKey()
    .windowedBy(windows)
    .count()
    .toStream()
    .map(({ key, window }, count) => [`${key}@${window.startMs}`, count])
    .to('out', { keySerde: Serdes.string, valueSerde: Serdes.long });
  return new TopologyTestDriver(builder.build());
}

it('a window closes when stream time reaches its end and grace, not after', () => {
  const driver = counting(TimeWindows.ofSizeAndGrace({ sizeMs: 10, gracePeriodMs: 5 }));
  const input = driver.createInputTopic('in', { keySerde: Serdes.string, valueSerde: Serdes.string });
  const output = driver.createOutputTopic('out', { keySerde: Serdes.string, valueSerde: Serdes.long });
  input.pipeInput('a', 'x', { timestamp: 3 });
  // Stream time 14 is one before the end (10) and grace (5): the first window still takes what is late.
  input.pipeInput('b', 'x', { timestamp: 14 });
  input.pipeInput('a', 'late', { timestamp: 4 });
  expect(output.readKeyValues()).toEqual([
    ['a@0', 1],
    ['b@10', 1],
    ['a@0', 2],
  ]);
  input.pipeInput('b', 'x', { timestamp: 15 });
  input.pipeInput('a', 'too late', { timestamp: 5 });
  expect(output.readKeyValues()).toEqual([['b@10', 2]]);
});
