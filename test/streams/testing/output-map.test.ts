import { expect, it } from 'vitest';
import { Serdes, StreamsBuilder } from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';

function topicsOf() {
  const builder = new StreamsBuilder();
  const serdes = { keySerde: Serdes.bytes, valueSerde: Serdes.string };
  builder.stream('in', serdes).to('out', serdes);
  const driver = new TopologyTestDriver(builder.build());
  return {
    driver,
    input: driver.createInputTopic('in', serdes),
    output: driver.createOutputTopic('out', serdes),
  };
}

it('answers the last value of each key, whose bytes make it, in the order in which keys came first', () => {
  const { driver, input, output } = topicsOf();
  for (const [key, value] of [
    ['a', 'one'],
    ['b', 'two'],
    ['a', 'three'],
    ['c', 'four'],
    ['c', null],
  ] as const)
    input.pipeInput(Buffer.from(key), value);
  const found = [...output.readKeyValuesToMap()].map(([key, value]) => [key.toString(), value]);
  expect(found).toEqual([
    ['a', 'three'],
    ['b', 'two'],
    ['c', null],
  ]);
  expect(output.readKeyValuesToMap().size).toBe(0);
  driver.close();
});

it('refuses records without a key, by the name of their topic', () => {
  const { driver, input, output } = topicsOf();
  input.pipeInput(null, 'x');
  expect(() => output.readKeyValuesToMap()).toThrow('a record of the output topic out has no key');
  driver.close();
});
