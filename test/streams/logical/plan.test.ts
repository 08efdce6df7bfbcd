import { describe, expect, it } from 'vitest';
import {
  DiagnosticError,
  JoinWindows,
  Serdes,
  StreamsBuilder,
  TimeWindows,
} from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import { topologies } from '../oracle-topologies.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const joiner = (left: string, right: string): string => left + right;

describe('a plan', () => {
  it.each(Object.keys(topologies))('becomes the same topology each time it is built: %s', (name) => {
    const builder = new StreamsBuilder();
    topologies[name]?.(builder);
    const [first, second] = [builder.build(), builder.build()];
    expect(second.describe()).toBe(first.describe());
    expect([...second.nodes.keys()]).toEqual([...first.nodes.keys()]);
    expect([...second.stores.values()].map(({ name, kind }) => `${kind} ${name}`)).toEqual(
      [...first.stores.values()].map(({ name, kind }) => `${kind} ${name}`),
    );
    expect(second.copartitionGroups).toEqual(first.copartitionGroups);
  });

  it('keeps no trace of a call that was refused', () => {
    const build = (refused: boolean): string => {
      const builder = new StreamsBuilder();
      const stream = builder.stream('in', strings);
      const pairs = stream.map((key) => [key, 1 as number] as const, { name: 'pairs' });
      if (refused) {
        // Numbers have no serde, and the names are taken.
        expect(() => pairs.groupByKey({ name: 'grouped' }).reduce((a, b) => a + b)).toThrow(DiagnosticError);
        expect(() => pairs.repartition({ name: 'grouped' })).toThrow(DiagnosticError);
        expect(() => stream.filter(() => true, { name: 'pairs' })).toThrow(DiagnosticError);
        expect(() => builder.stream(['in', 'other'], strings)).toThrow(DiagnosticError);
      }
      builder.stream('other', strings).to('copies');
      const serdes = { keySerde: Serdes.string, valueSerde: Serdes.long };
      pairs.groupByKey({ name: 'grouped', ...serdes }).reduce((a, b) => a + b);
      return builder.build().describe();
    };
    expect(build(true)).toBe(build(false));
  });

  it('refuses streams of two builders', () => {
    const stream = new StreamsBuilder().stream('in', strings);
    const other = new StreamsBuilder().stream('in', strings);
    expect(() => stream.merge(other)).toThrow('two StreamsBuilders');
  });

  it('is not changed by what is added after it was built', () => {
    const builder = new StreamsBuilder();
    const table = builder.table('rows', strings);
    const before = builder.build();
    builder.stream('in', strings).join(table, joiner);
    // The join keeps the table, which nobody needed before.
    expect([...before.stores.keys()]).toEqual([]);
    expect([...builder.build().stores.keys()]).toEqual(['rows-STATE-STORE-0000000000']);
  });

  it('sends a stream whose key was changed through one topic, however often it is joined', () => {
    const builder = new StreamsBuilder();
    const keyed = builder.stream('in', strings).selectKey((_key, value) => value[0] ?? '');
    const windows = JoinWindows.ofTimeDifferenceWithNoGrace(10);
    keyed.join(builder.stream('one', strings), joiner, windows, strings).to('out-1', strings);
    keyed.join(builder.table('two', strings), joiner, strings).to('out-2', strings);
    const topology = builder.build();
    expect([...topology.repartitionTopics.keys()]).toEqual(['KSTREAM-KEY-SELECT-0000000001-repartition']);

    const driver = new TopologyTestDriver(topology);
    driver.createInputTopic('two', strings).pipeInput('a', 'row', { timestamp: 1 });
    driver.createInputTopic('one', strings).pipeInput('a', 'other', { timestamp: 1 });
    driver.createInputTopic('in', strings).pipeInput('x', 'abc', { timestamp: 2 });
    const read = (topic: string): unknown => driver.createOutputTopic(topic, strings).readKeyValues();
    expect(read('out-1')).toEqual([['a', 'abcother']]);
    expect(read('out-2')).toEqual([['a', 'abcrow']]);
    driver.close();
  });

  it('drops records without a key before a topic, but not where a left join wants them', () => {
    const dropped = (kind: 'join' | 'leftJoin'): readonly boolean[] => {
      const builder = new StreamsBuilder();
      const table = builder.table('rows', strings);
      const keyed = builder.stream('in', strings).selectKey((_key, value) => value);
      // One topic far upstream, and one in front of the join.
      const again = keyed.repartition(strings).selectKey((_key, value) => value);
      const serdes = { ...strings, otherValueSerde: Serdes.string };
      const joined = (left: string, right: string | null): string => `${left}${right}`;
      if (kind === 'join') again.join(table, joined, serdes);
      else again.leftJoin(table, joined, serdes);
      return [...builder.build().nodes.values()].flatMap((node) =>
        node.kind === 'processor' && node.operator.type === 'repartition-filter'
          ? [node.operator.dropNullKeys]
          : [],
      );
    };
    expect(dropped('join')).toEqual([true, true]);
    expect(dropped('leftJoin')).toEqual([false, false]);
  });

  it('says at the call what an aggregation lacks', () => {
    const grouped = new StreamsBuilder()
      .stream('in', strings)
      .groupByKey()
      .windowedBy(TimeWindows.ofSizeWithNoGrace(10));
    expect(() => grouped.count({ retentionMs: 5 })).toThrow('retention of 5 ms');
    const fold = (): number => 0;
    expect(() => grouped.aggregate(fold, fold)).toThrow(
      'KSTREAM-AGGREGATE-0000000002 needs a serde for its values',
    );
  });
});
