import { describe, expect, it } from 'vitest';
import {
  DiagnosticError,
  JoinWindows,
  type KStream,
  portable,
  Serdes,
  SessionWindows,
  StreamsBuilder,
  TimeWindows,
  Topology,
  type TopologyJson,
} from '../../../src/streams/index.ts';
import { SeededRandom } from '../../sim/seeded-random.ts';
import { functions, programOf, randomProgram } from '../dsl-programs.ts';
import { resultsOf } from '../program-results.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const steps = portable('file:///json-steps.js', {
  isLong: (_key: string, value: string): boolean => value.length > 3,
  longest: (one: string, other: string): string => (one.length < other.length ? other : one),
});
const modules = { 'file:///json-steps.js': steps, 'test:dsl-programs': functions };

/** As it comes from another thread. */
const sent = (topology: Topology): TopologyJson =>
  JSON.parse(JSON.stringify(topology.toPortableJSON())) as TopologyJson;

function topologyOf(add: (words: KStream<string, string>) => void): Topology {
  const builder = new StreamsBuilder();
  add(builder.stream('topic-0', strings));
  return builder.build();
}

describe('a topology made of its JSON form', () => {
  it('is the same, and does the same', () => {
    const seed = Date.now() % 1_000_000;
    for (let round = 0; round < 60; round++) {
      const random = new SeededRandom(seed + round);
      const text = randomProgram((below) => random.int(below));
      const { builder, streams } = programOf(text);
      const outputs = streams.map((_stream, index) => `result-${index}`);
      for (const [index, stream] of streams.entries()) stream.to(`result-${index}`, strings);
      const topology = builder.build({ optimization: round % 2 === 0 ? 'all' : 'none' });
      const read = Topology.fromJSON(sent(topology), { modules });
      const at = `seed ${seed + round}: ${text}`;
      expect(read.describe(), at).toBe(topology.describe());
      expect(sent(read), at).toEqual(sent(topology));
      const run = (each: Topology): unknown =>
        resultsOf(each, outputs, { random: new SeededRandom(seed + round), lateBy: 30 });
      expect(run(read), at).toEqual(run(topology));
    }
  });

  it('has the windows, folds and limits of the first', () => {
    const topology = topologyOf((words) => {
      const group = words.filter(steps.isLong).groupByKey();
      const hopping = TimeWindows.ofSizeAndGrace({ sizeMs: 10, gracePeriodMs: 2 }).advanceBy(5);
      group.windowedBy(hopping).reduce(steps.longest).suppress({ until: 'window-closes' });
      group.windowedBy(SessionWindows.ofInactivityGapWithNoGrace(7)).reduce(steps.longest);
      const windows = JoinWindows.of(5).before(-3).after(20);
      words.leftJoin(words, functions.joiner, windows, { ...strings, otherValueSerde: Serdes.string });
      const table = group
        .count()
        .toStream()
        .mapValues(functions.String, { valueSerde: Serdes.string })
        .toTable();
      table.groupBy(functions.pair, strings).reduce(steps.longest, steps.longest);
    });
    const read = Topology.fromJSON(sent(topology), { modules });
    expect(sent(read)).toEqual(sent(topology));
    const run = (each: Topology): unknown => resultsOf(each, [], { random: new SeededRandom(1), lateBy: 9 });
    expect(() => run(read)).not.toThrow();
  });

  it('cannot be made of what has no export, told by the name of the node', () => {
    const topology = topologyOf((words) => words.filter(() => true, { name: 'only-mine' }).to('out'));
    expect(() => topology.toPortableJSON()).toThrow('only-mine: predicate has no export');
    // What is only shown may have such functions; it is refused when it is read.
    expect(() => Topology.fromJSON(topology.toJSON())).toThrow(DiagnosticError);
  });

  it('says which module it misses', () => {
    const json = sent(topologyOf((words) => words.filter(steps.isLong, { name: 'long-words' }).to('out')));
    expect(() => Topology.fromJSON(json)).toThrow('long-words needs isLong of file:///json-steps.js');
    const other = { 'file:///json-steps.js': { isShort: steps.isLong } };
    expect(() => Topology.fromJSON(json, { modules: other })).toThrow('long-words needs isLong');
  });
});
