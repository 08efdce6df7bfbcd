import { describe, expect, it } from 'vitest';
import {
  diffTopologies,
  type KStream,
  portable,
  Serdes,
  StreamsBuilder,
  TimeWindows,
  type TopologyJson,
} from '../../../src/streams/index.ts';
import { topologies } from '../oracle-topologies.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const identity = (value: string): string => value;
const isLong = (_key: string, value: string): boolean => value.length > 9;
const isShort = (_key: string, value: string): boolean => value.length < 3;
portable('file:///steps.js', { isLong, isShort });

function jsonOf(add: (words: KStream<string, string>, builder: StreamsBuilder) => void): TopologyJson {
  const builder = new StreamsBuilder();
  add(builder.stream('words', strings), builder);
  // As it comes from a file, or from another process.
  return JSON.parse(JSON.stringify(builder.build())) as TopologyJson;
}

const difference = (
  before: Parameters<typeof jsonOf>[0],
  after: Parameters<typeof jsonOf>[0],
): readonly string[] =>
  diffTopologies(jsonOf(before), jsonOf(after)).map(({ text, loses }) =>
    loses ? `${text} [${loses}]` : text,
  );

describe('the JSON form of a topology', () => {
  it.each(Object.keys(topologies))('does not differ from that of the same topology: %s', (name) => {
    const build = (): TopologyJson => {
      const builder = new StreamsBuilder();
      topologies[name]?.(builder);
      return JSON.parse(JSON.stringify(builder.build())) as TopologyJson;
    };
    expect(build().nodes.length).toBeGreaterThan(0);
    expect(diffTopologies(build(), build())).toEqual([]);
  });

  it('says where functions and serdes are found, and which have no export', () => {
    const { nodes, notPortable } = jsonOf((words) =>
      words.filter(isLong).mapValues(identity).to('out', strings),
    );
    expect(nodes.map(({ type, settings }) => [type, settings])).toMatchObject([
      ['source', { topics: ['words'], keySerde: { code: { export: 'Serdes.string' } } }],
      ['filter', { predicate: { code: { module: 'file:///steps.js', export: 'isLong' } }, negate: false }],
      ['map-values', { mapper: { code: 'identity', portable: false } }],
      ['sink', { topic: 'out' }],
    ]);
    expect(notPortable).toEqual(['KSTREAM-MAPVALUES-0000000002: mapper']);
  });
});

describe('the difference of two topologies', () => {
  const counted = (words: KStream<string, string>): void =>
    void words.groupBy((_key, word) => word, strings).count();

  it('tells of functions, settings and topics', () => {
    expect(
      difference(
        (words) => words.filter(isLong).to('long', strings),
        (words, builder) => {
          words.filter(isShort).to('short', strings);
          builder.stream('more', strings).foreach(() => {});
        },
      ),
    ).toEqual([
      'topic more is read, too',
      'source KSTREAM-SOURCE-0000000003 is new',
      'peek KSTREAM-FOREACH-0000000004 is new',
      'KSTREAM-FILTER-0000000001: predicate was isLong of file:///steps.js, is isShort of file:///steps.js',
      'KSTREAM-SINK-0000000002: topic was long, is short',
    ]);
  });

  it('finds the state that an operator in front leaves behind by moving the names', () => {
    const texts = difference(counted, (words) => counted(words.peek(() => {})));
    expect(texts.slice(0, 3)).toEqual([
      'store KSTREAM-AGGREGATE-STATE-STORE-0000000002 is called KSTREAM-AGGREGATE-STATE-STORE-0000000003 now and begins empty: a storeName keeps it where it is [state]',
      'internal topic KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition is gone, and what lies in it is not read [records]',
      'internal topic KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition is new',
    ]);
  });

  it('tells of stores that become something else', () => {
    const group = (words: KStream<string, string>) => words.groupByKey();
    const storeName = 'counts';
    const texts = difference(
      (words) => group(words).count({ storeName }),
      (words) => group(words).windowedBy(TimeWindows.ofSizeWithNoGrace(5)).count({ storeName }),
    );
    expect(texts[0]).toBe('store counts: kind was key-value, is window [state]');
    expect(texts).toContain('store counts: windowSizeMs was not given, is 5');
    expect(texts.at(-1)).toBe(
      'KSTREAM-AGGREGATE-0000000001 was of type aggregate and is of type time-window-aggregate',
    );
  });

  it('tells of tasks that get other numbers', () => {
    const texts = diffTopologies(
      jsonOf((words) => words.foreach(() => {})),
      JSON.parse(
        JSON.stringify(
          ((builder) => {
            builder.stream('other', strings).foreach(() => {});
            builder.stream('words', strings).foreach(() => {});
            return builder.build();
          })(new StreamsBuilder()),
        ),
      ) as TopologyJson,
    ).map(({ text }) => text);
    expect(texts).toContain('tasks of words were 0_*, are 1_*');
  });
});
