import { concatMap, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  JoinWindows,
  keyValueStore,
  type KGroupedStream,
  type KGroupedTable,
  type KStream,
  type KTable,
  type Serde,
  Serdes,
  SessionWindows,
  StreamsBuilder,
  TimeWindows,
} from '../../../src/streams/index.ts';
import { StreamsFailure, TopologyTestDriver } from '../../../src/streams/testing/index.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** What comes from JavaScript: functions that the types refuse. */
const untyped = (answer: () => unknown): never => answer as never;

interface Shapes {
  readonly builder: StreamsBuilder;
  readonly stream: KStream<string, string>;
  readonly table: KTable<string, string>;
  readonly grouped: KGroupedStream<string, string>;
  readonly groupedTable: KGroupedTable<string, string>;
}

/** Each place of the DSL that takes a function whose answer is used. */
const PLACES: Readonly<Record<string, (shapes: Shapes, answer: never) => { toStream?: unknown } | void>> = {
  filter: ({ stream }, answer) => stream.filter(answer).to('out'),
  filterNot: ({ stream }, answer) => stream.filterNot(answer).to('out'),
  map: ({ stream }, answer) => stream.map(answer, strings).to('out'),
  mapValues: ({ stream }, answer) => stream.mapValues(answer, strings).to('out'),
  flatMap: ({ stream }, answer) => stream.flatMap(answer, strings).to('out'),
  flatMapValues: ({ stream }, answer) => stream.flatMapValues(answer, strings).to('out'),
  selectKey: ({ stream }, answer) => stream.selectKey(answer, strings).to('out'),
  peek: ({ stream }, answer) => stream.peek(answer).to('out'),
  foreach: ({ stream }, answer) => stream.foreach(answer),
  branch: ({ stream }, answer) => void stream.split().branch(answer).defaultBranch(),
  groupBy: ({ stream }, answer) => stream.groupBy(answer, strings).count(),
  'aggregate, its initializer': ({ grouped }, answer) => grouped.aggregate(answer, (_k, v) => v, strings),
  'aggregate, its aggregator': ({ grouped }, answer) => grouped.aggregate(() => '', answer, strings),
  reduce: ({ grouped }, answer) => grouped.reduce(answer),
  'windowed reduce': ({ grouped }, answer) =>
    grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(10)).reduce(answer),
  'session reduce': ({ grouped }, answer) =>
    grouped.windowedBy(SessionWindows.ofInactivityGapWithNoGrace(10)).reduce(answer),
  'windowed aggregate': ({ grouped }, answer) =>
    grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(10)).aggregate(() => '', answer, strings),
  'windowed initializer': ({ grouped }, answer) =>
    grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(10)).aggregate(answer, (_k, v) => v, strings),
  'session merger': ({ grouped }, answer) =>
    grouped.windowedBy(SessionWindows.ofInactivityGapWithNoGrace(10)).aggregate(
      () => '',
      (_k, v) => v,
      answer,
      strings,
    ),
  'session aggregator': ({ grouped }, answer) =>
    grouped.windowedBy(SessionWindows.ofInactivityGapWithNoGrace(10)).aggregate(
      () => '',
      answer,
      (_k, a) => a,
      strings,
    ),
  'filter of a table': ({ table }, answer) => table.filter(answer),
  'filter of a kept table': ({ table }, answer) => table.filter(answer, { storeName: 'kept' }),
  'mapValues of a table': ({ table }, answer) => table.mapValues(answer),
  toStream: ({ table }, answer) => void table.toStream(answer),
  'groupBy of a table': ({ table }, answer) => table.groupBy(answer, strings).count(),
  adder: ({ groupedTable }, answer) =>
    groupedTable.aggregate(
      () => '',
      answer,
      (_k, v) => v,
      strings,
    ),
  subtractor: ({ groupedTable }, answer) =>
    groupedTable.aggregate(
      () => '',
      (_k, v) => v,
      answer,
      strings,
    ),
  'join with a table': ({ stream, table }, answer) => stream.join(table, answer).to('out', strings),
  'join of streams': ({ stream, builder }, answer) =>
    stream
      .join(builder.stream('other', strings), answer, JoinWindows.ofTimeDifferenceWithNoGrace(10))
      .to('out', strings),
  'eager left join of streams': ({ stream, builder }, answer) =>
    stream.leftJoin(builder.stream('other', strings), answer, JoinWindows.of(10)).to('out', strings),
  'left join of streams': ({ stream, builder }, answer) =>
    stream
      .leftJoin(builder.stream('other', strings), answer, JoinWindows.ofTimeDifferenceWithNoGrace(10))
      .to('out', strings),
  'join of tables': ({ table, builder }, answer) => table.join(builder.table('other', strings), answer),
  'foreign key': ({ table, builder }, answer) =>
    table.join(builder.table('other', strings), (a) => a, { foreignKey: answer, ...strings }),
  'joiner behind a foreign key': ({ table, builder }, answer) =>
    table.join(builder.table('other', strings), answer, { foreignKey: untyped(() => 'k'), ...strings }),
  'view of a mapped table': ({ table, builder }, answer) =>
    table.mapValues(answer).join(builder.table('other', strings), (a) => a as string),
  topic: ({ stream }, answer) => stream.to(answer),
  partitioner: ({ stream }, answer) => stream.to('out', { partitioner: answer }),
  'serde, writing': ({ stream }, answer) =>
    stream.to('out', { valueSerde: { serialize: answer, deserialize: answer } }),
  'serde, reading': ({ builder }, answer) =>
    builder.stream('other', { ...strings, valueSerde: { serialize: answer, deserialize: answer } }).to('out'),
  'timestamp extractor': ({ builder }, answer) =>
    builder.stream('other', { ...strings, timestampExtractor: answer }).to('out'),
  'what a processor forwards': ({ stream }, answer) =>
    stream
      .process(() => {
        let forward: (record: never) => void;
        return {
          init: (context) => {
            forward = (record) => void context.forward(record);
          },
          process: () => forward((answer as () => never)()),
        };
      }, strings)
      .to('out'),
  'what RxJS operators emit': ({ stream }, answer) => stream.pipe(map(answer), strings).to('out'),
};

/** What each function is told to do instead, where a processor in its place would be no way out. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  topic: 'look it up in a processor before `to`',
  partitioner: 'look it up in a processor before `to`',
  'serde, writing': 'load what the serde needs before the application starts',
  'serde, reading': 'load what the serde needs before the application starts',
  'timestamp extractor': 'read the time from the record',
};

/** Runs everything that a function may be called for: both sides of joins, a change of a row, sessions that meet. */
function run(place: string, answer: () => unknown): unknown {
  const builder = new StreamsBuilder();
  const stream = builder.stream('in', strings);
  const table = builder.table('rows', strings);
  const make = PLACES[place];
  if (make === undefined) throw new Error(`no place ${place}`);
  make(
    {
      builder,
      stream,
      table,
      get grouped() {
        return stream.groupByKey();
      },
      get groupedTable() {
        return table.groupBy((key, value) => [key, value], strings);
      },
    },
    untyped(answer),
  );
  const topology = builder.build();
  try {
    const driver = new TopologyTestDriver(topology, { cachingEnabled: false });
    const times = [1, 2, 100_000, 3, 200_000, 9];
    const topics = new Set(
      [...topology.nodes.values()].flatMap((n) => (n.kind === 'source' ? n.topics : [])),
    );
    for (const timestamp of times) {
      for (const topic of ['rows', 'other', 'in']) {
        if (topics.has(topic))
          driver.createInputTopic(topic, strings).pipeInput('k', `v${timestamp}`, { timestamp });
      }
    }
    driver.close();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a promise is no answer: the failure names the node, the function and the way out', () => {
  it.each(Object.keys(PLACES).map((place) => [place] as const))('%s', (place) => {
    const error = run(place, async () => 'k');
    expect(error).toBeInstanceOf(StreamsFailure);
    const { message, context } = error as StreamsFailure;
    const wayOut = WAYS_OUT[place] ?? 'wait in a processor: its `process` may be async';
    expect(message).toContain(` gave a promise, which is not waited for (${wayOut}`);
    expect(context.nodeName).not.toBe('');
  });

  it('one that is rejected, too, does not end the process', async () => {
    const stray: unknown[] = [];
    const onStray = (error: unknown): void => void stray.push(error);
    process.on('unhandledRejection', onStray);
    expect(run('mapValues', () => Promise.reject(new Error('later')))).toBeInstanceOf(StreamsFailure);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onStray);
    expect(stray).toEqual([]);
  });
});

it.each(['filter', 'filterNot', 'branch', 'filter of a table', 'filter of a kept table'])(
  'a predicate answers true or false, nothing that is merely taken for it: %s',
  (place) => {
    for (const answer of [undefined, null, 0, 1, '', 'no', {}, []]) {
      const error = run(place, () => answer);
      expect(error, JSON.stringify(answer)).toBeInstanceOf(StreamsFailure);
      expect((error as StreamsFailure).message).toContain('the predicate gave');
    }
    expect(run(place, () => true)).toBeUndefined();
    expect(run(place, () => false)).toBeUndefined();
  },
);

it.each([
  ['map', undefined, 'the mapper gave undefined: expected an array of a key and a value'],
  ['map', { key: 'k', value: 'v' }, 'expected an array of a key and a value (return [key, value])'],
  ['map', ['k'], 'the mapper gave an array: expected an array of a key and a value'],
  ['reduce', Promise.resolve('v'), 'the reducer gave a promise'],
  ['windowed reduce', Promise.resolve('v'), 'the reducer gave a promise'],
  ['session reduce', Promise.resolve('v'), 'the reducer gave a promise'],
  ['timestamp extractor', Number.NaN, 'from 0 to 2^53 - 1 (answer -1 to drop the record)'],
  ['flatMap', null, 'the mapper gave null: expected an array or another iterable'],
  ['flatMap', ['k', 'v'], 'the mapper gave "k": expected an array of a key and a value'],
  ['flatMapValues', 7, 'the mapper gave 7: expected an array or another iterable'],
  ['flatMapValues', [Promise.resolve('v')], 'the mapper gave a promise'],
  ['topic', undefined, "the extractor of the topic gave undefined: expected a topic's name"],
  ['topic', '', 'the extractor of the topic gave ""'],
  ['partitioner', 1, 'the partitioner gave 1: expected a partition from 0 to 0, or undefined'],
  ['partitioner', Number.NaN, 'the partitioner gave NaN'],
  ['what RxJS operators emit', 'v', 'the operator gave "v": expected a StreamRecord'],
  [
    'what a processor forwards',
    { key: 'k', value: 'v' },
    'the processor gave an object: expected a StreamRecord',
  ],
])('an answer of another kind is refused by name: %s %j', (place, answer, text) => {
  expect((run(place, () => answer) as Error).message).toContain(text);
});

it('answers that are right are what they were', () => {
  const builder = new StreamsBuilder();
  const keySerde: Serde<string> = Serdes.string;
  builder
    .stream('in', strings)
    .flatMapValues((value) => value)
    .flatMap((key, value) => new Set([[key, value] as const]), strings)
    .flatMapValues(function* (value) {
      yield value;
      yield value.toUpperCase();
    })
    .pipe(
      concatMap((record) => [record, record.withKey('again')]),
      { keySerde, valueSerde: Serdes.string },
    )
    .to('out');
  const driver = new TopologyTestDriver(builder.build());
  driver.createInputTopic('in', strings).pipeInput('k', 'ab');
  expect(driver.createOutputTopic('out', strings).readKeyValues()).toEqual(
    ['a', 'A', 'b', 'B'].flatMap((value) => [
      ['k', value],
      ['again', value],
    ]),
  );
});

describe('a processor', () => {
  const running = (processor: unknown): (() => TopologyTestDriver) => {
    const builder = new StreamsBuilder();
    builder.addStateStore(keyValueStore({ name: 'kept', ...strings }));
    builder.stream('in', strings).process(
      untyped(() => processor),
      { stores: ['kept'] },
    );
    return () => new TopologyTestDriver(builder.build());
  };

  it('is what its supplier answers', () => {
    for (const wrong of [undefined, null, {}, () => undefined])
      expect(running(wrong)).toThrow(/the supplier gave .*: expected a processor/);
    expect(running(Promise.resolve({ process: () => undefined }))).toThrow('the supplier gave a promise');
  });

  it('is set up before its first record and is over when it is closed: neither init nor close is async', () => {
    const process = (): undefined => undefined;
    const init = async (): Promise<void> => undefined;
    expect(running({ init, process })).toThrow(/^init of the processor KSTREAM-PROCESSOR-\d+ is async/);
    expect(running({ close: init, process })).toThrow(
      /^close of the processor KSTREAM-PROCESSOR-\d+ is async/,
    );
    expect(running({ init: () => init(), process })).toThrow(/^init of the processor .* gave a promise/);
    const driver = running({ close: () => Promise.reject(new Error('later')), process })();
    expect(() => driver.close()).toThrow(/^close of the processor .* gave a promise/);
  });

  it.each([
    [{ intervalMs: 0, type: 'wall-clock-time' }, 'options.intervalMs'],
    [{ intervalMs: Number.NaN, type: 'wall-clock-time' }, 'options.intervalMs'],
    [{ intervalMs: 1, type: 'wall' }, 'one of stream-time, wall-clock-time'],
    [{ interval: 1, intervalMs: 1, type: 'stream-time' }, 'intervalMs'],
    [{ intervalMs: 1, type: 'stream-time', callback: 5 }, 'options.callback'],
  ])('schedules by arguments that are checked: %j', (options, text) => {
    const init = (context: { schedule(given: unknown): void }): void =>
      context.schedule({ callback: () => undefined, ...options });
    const starting = running({ init, process: () => undefined });
    const told = (): unknown => {
      try {
        return starting();
      } catch (error) {
        const { message, diagnostic } = error as Error & { diagnostic: { suggestion?: string } };
        throw new Error(`${message} ${diagnostic.suggestion ?? ''}`);
      }
    };
    expect(told).toThrow(text);
  });

  it('may answer anything that is no promise, as functions written in a line do', () => {
    const seen: unknown[] = [];
    const init = (context: { schedule(given: unknown): void }): void =>
      context.schedule({ intervalMs: 5, type: 'wall-clock-time', callback: (now: number) => seen.push(now) });
    const driver = running({ init, process: ({ value }: { value: string }) => seen.push(value) })();
    driver.createInputTopic('in', strings).pipeInput('k', 'v');
    driver.advanceWallClock(5);
    expect(seen).toEqual(['v', 5]);
  });
});
