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

  const withFields = ({ nodes }: TopologyJson, index: number, fields: object): object => ({
    nodes: nodes.map((node, at) => (at === index ? { ...node, ...fields } : node)),
  });

  it.each<readonly [string, (json: TopologyJson) => object | string | null | undefined, string]>([
    ['nothing', () => null, 'json'],
    ['a text', () => 'topology', 'json'],
    ['nodes that are no list', () => ({ nodes: 'all' }), 'json.nodes'],
    ['an unknown field', () => ({ extra: 1 }), 'json'],
    ['a node without a name', (json) => withFields(json, 1, { name: '' }), 'json.nodes[1].name'],
    ['two nodes of one name', ({ nodes }) => ({ nodes: [...nodes, nodes[1]] }), 'json.nodes[4].name'],
    [
      'an unknown parent',
      (json) => withFields(json, 1, { parents: ['KSTREAM-SOURCE-000000000'] }),
      'json.nodes[1].parents[0]',
    ],
    ['a node without a parent', (json) => withFields(json, 1, { parents: [] }), 'json.nodes[1].parents'],
    [
      'a sink that is a parent',
      (json) => withFields(json, 1, { parents: [json.nodes[3]?.name] }),
      'json.nodes[1].parents[0]',
    ],
    [
      'a source with a parent',
      (json) => withFields(json, 0, { parents: [json.nodes[1]?.name] }),
      'json.nodes[0].parents',
    ],
    [
      'a cycle',
      (json) => withFields(json, 1, { parents: [json.nodes[0]?.name, json.nodes[2]?.name] }),
      'json.nodes',
    ],
    ['an unknown store', (json) => withFields(json, 1, { stores: ['long'] }), 'json.nodes[1].stores[0]'],
    [
      'settings that are a text',
      (json) => withFields(json, 1, { settings: 'none' }),
      'json.nodes[1].settings',
    ],
    [
      'an unknown optimization',
      () => ({ optimizations: ['merge.repartition.topic'] }),
      'json.optimizations[0]',
    ],
    [
      'a copartitioned node that is not there',
      () => ({ copartitioned: [['none']] }),
      'json.copartitioned[0][0]',
    ],
    [
      'a number of partitions as text',
      () => ({ internalTopics: { t: { partitions: '2' } } }),
      'json.internalTopics.t.partitions',
    ],
    [
      'a restored store that is not there',
      () => ({ restoredFromSource: { none: 'in' } }),
      'json.restoredFromSource',
    ],
  ])('refuses %s, and says where', (_what, damage, argument) => {
    const json = sent(topologyOf((words) => words.filter(steps.isLong).filterNot(steps.isLong).to('out')));
    expect(() => Topology.fromJSON(json, { modules })).not.toThrow();
    const damaged = damage(json);
    const whole = typeof damaged === 'object' && damaged !== null ? { ...json, ...damaged } : damaged;
    expect(() => Topology.fromJSON(whole as TopologyJson, { modules })).toThrow(
      expect.objectContaining({ name: 'ArgumentError', argument }),
    );
  });

  it('refuses sizes of windows and times of stores that are no numbers', () => {
    const json = JSON.stringify(
      sent(
        topologyOf((words) =>
          words.groupByKey().windowedBy(TimeWindows.ofSizeWithNoGrace(10_000)).reduce(steps.longest),
        ),
      ),
    );
    expect(() => Topology.fromJSON(JSON.parse(json) as TopologyJson, { modules })).not.toThrow();
    for (const field of ['sizeMs', 'windowSizeMs', 'retentionMs']) {
      const damaged = json.replace(new RegExp(`"${field}":(\\d+)`), `"${field}":"$1"`);
      expect(damaged).not.toBe(json);
      expect(() => Topology.fromJSON(JSON.parse(damaged) as TopologyJson, { modules })).toThrow(
        `${field} is not a number`,
      );
    }
  });
});
