import { expect, it } from 'vitest';
import { Serdes, StreamsBuilder, Topology } from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

function printed(run: (driver: TopologyTestDriver) => void, add: (builder: StreamsBuilder) => void): string {
  const builder = new StreamsBuilder();
  add(builder);
  const topology = builder.build();
  const driver = new TopologyTestDriver(topology);
  run(driver);
  driver.close();
  return topology.describe();
}

it('writes a line for each record, under the name of its stream or a label', () => {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const described = printed(
    (driver) => {
      const topic = driver.createInputTopic('in', strings);
      topic.pipeInput('a', 'one');
      topic.pipeInput(null, null);
    },
    (builder) => {
      const stream = builder.stream('in', strings);
      stream.print({ write });
      stream.print({ write, label: 'seen', mapper: (key) => `key ${key}`, name: 'watch' });
    },
  );
  expect(lines).toEqual([
    '[KSTREAM-SOURCE-0000000000]: a, one',
    '[seen]: key a',
    '[KSTREAM-SOURCE-0000000000]: null, null',
    '[seen]: key null',
  ]);
  expect(described).toContain('Processor: KSTREAM-PRINTER-0000000001 (stores: [])');
  expect(described).toContain('Processor: watch (stores: [])');
});

it('can be told to another process where it writes to the console', () => {
  const builder = new StreamsBuilder();
  builder.stream('in', strings).print();
  const topology = builder.build();
  const read = Topology.fromJSON(topology.toPortableJSON());
  expect(read.describe()).toBe(topology.describe());
});
