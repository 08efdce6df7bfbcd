import { describe, expect, it } from 'vitest';
import {
  type KStream,
  type KTable,
  type Materialized,
  Serdes,
  SessionWindows,
  StreamsBuilder,
  TimeWindows,
} from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const lists = { keySerde: Serdes.string, valueSerde: Serdes.json<string[]>() };

/** Adds a value to the list that it is given, and answers that very list. */
const pushing = (_key: string, value: string, list: string[]): string[] => {
  list.push(value);
  return list;
};
/** The same, which says how a list is copied (`InPlaceAggregator`), for those aggregations that look at that. */
const pushingTold: typeof pushing = Object.assign(
  (key: string, value: string, list: string[]) => pushing(key, value, list),
  { copyOf: (list: readonly string[]) => [...list] },
);
const copying = (_key: string, value: string, list: string[]): string[] => [...list, value];

type Aggregated = (
  stream: KStream<string, string>,
  add: typeof pushing,
  kept: Materialized<string, string[]>,
) => KTable<string, string[]>;

/** Aggregations of lists by key, and what makes a table by key of each. */
const aggregations: Readonly<Record<string, Aggregated>> = {
  'of a stream': (stream, add, kept) => stream.groupByKey().aggregate((): string[] => [], add, kept),
  'of a stream, reduced': (stream, add, kept) =>
    stream
      .mapValues((value) => [value], lists)
      .groupByKey(lists)
      .reduce((list, [value]) => add('', value ?? '', list), kept),
  'of windows': (stream, add, kept) =>
    stream
      .groupByKey()
      .windowedBy(TimeWindows.ofSizeWithNoGrace(1000))
      .aggregate((): string[] => [], add, kept)
      .toStream()
      .selectKey(({ key }) => key)
      .toTable(lists),
  'of sessions': (stream, add, kept) =>
    stream
      .groupByKey()
      .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(1000))
      .aggregate(
        (): string[] => [],
        add,
        (key, left, right) => right.reduce((list, value) => add(key, value, list), left),
        kept,
      )
      .filter((_key, list) => list.length > 0)
      .toStream()
      .filter((_key, list) => list !== null)
      .selectKey(({ key }) => key)
      .toTable(lists),
  'of a table': (stream, add, kept) =>
    stream
      .toTable(strings)
      .groupBy((_key, value) => ['all', value] as const, strings)
      .aggregate(
        (): string[] => [],
        add,
        (_key, value, list) => {
          const at = list.indexOf(value);
          if (at >= 0) list.splice(at, 1);
          return list;
        },
        kept,
      ),
};

/** What comes out where old values are needed: the lists of each length, and how often each was met. */
function countsByLength(aggregated: Aggregated, add: typeof pushing, cachingEnabled: boolean): unknown {
  const builder = new StreamsBuilder();
  const kept = { ...lists, storeName: 'lists' };
  aggregated(
    builder.stream('in', strings).flatMapValues((text) => text.split(' '), strings),
    add,
    kept,
  )
    .filter(() => true, { ...lists, storeName: 'filtered' })
    .groupBy((_key, list) => [String(list.length), list.join('')] as const, strings)
    .reduce(
      (all, text) => `${all} +${text}`,
      (all, text) => `${all} -${text}`,
    )
    .toStream()
    .to('out');
  const driver = new TopologyTestDriver(builder.build(), { cachingEnabled });
  const input = driver.createInputTopic('in', strings);
  // Several values of one record change a row several times before its cache is flushed.
  for (const [i, key] of ['a', 'b', 'a', 'a', 'b', 'c', 'a'].entries())
    input.pipeInput(key, i % 2 === 0 ? `${i}` : `${i} ${i}x`, { timestamp: 10 * i });
  return driver.createOutputTopic('out', strings).readKeyValues();
}

describe.each(Object.keys(aggregations))('an aggregate %s', (name) => {
  const aggregated = aggregations[name];
  it.each([true, false])('may be changed in place, with caching: %s', (cachingEnabled) => {
    if (aggregated === undefined) throw new Error(`no aggregation ${name}`);
    const expected = countsByLength(aggregated, copying, cachingEnabled);
    expect(countsByLength(aggregated, pushing, cachingEnabled)).toEqual(expected);
    expect(countsByLength(aggregated, pushingTold, cachingEnabled)).toEqual(expected);
  });
});
