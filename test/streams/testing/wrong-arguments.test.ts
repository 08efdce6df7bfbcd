import { describe, expect, it } from 'vitest';
import {
  DiagnosticError,
  keyValueStore,
  Serdes,
  StreamsBuilder,
  TimeWindows,
} from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** What comes from JavaScript. */
const untyped = (value: unknown): never => value as never;

function newBuilder(): StreamsBuilder {
  const builder = new StreamsBuilder();
  const stream = builder.stream('words', strings);
  stream.to('copies');
  stream.groupByKey().count({ storeName: 'counts' });
  stream.groupByKey().windowedBy(TimeWindows.ofSizeWithNoGrace(10)).count({ storeName: 'per-window' });
  return builder;
}

const newDriver = (): TopologyTestDriver => new TopologyTestDriver(newBuilder().build());

/** Message, and nearest name or hint, of the user's mistake that a call is refused for. */
function refusalOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(DiagnosticError);
    const { message, hint, suggestion } = (error as DiagnosticError).diagnostic;
    const way = suggestion === undefined ? hint : `did you mean ${suggestion}?`;
    return way === undefined ? message : `${message}; ${way}`;
  }
  throw new Error('it was not refused');
}

describe('the test driver refuses by name', () => {
  it.each<readonly [string, (driver: TopologyTestDriver) => unknown, string]>([
    [
      "Kafka's serdes, one after the other",
      (driver) => driver.createInputTopic('words', untyped(Serdes.string)),
      'for serdes: expected an object { keySerde, valueSerde }; both serdes are one argument',
    ],
    [
      'no serdes',
      (driver) => driver.createInputTopic('words', untyped(undefined)),
      'invalid value undefined for serdes',
    ],
    [
      'no serdes to read with',
      (driver) => driver.createOutputTopic('copies', untyped({})),
      'for serdes: expected',
    ],
    [
      'half of the serdes',
      (driver) => driver.createOutputTopic('copies', untyped({ keySerde: Serdes.string })),
      'serdes.valueSerde',
    ],
    [
      'a topic that is not read',
      (driver) => driver.createInputTopic('word', strings),
      'the topology does not read word; did you mean words?',
    ],
    [
      'a topic that is not written',
      (driver) => driver.createOutputTopic('copy', strings),
      'the topology does not write to copy',
    ],
    [
      'the same in bytes',
      (driver) => driver.takeRaw('copiez'),
      'does not write to copiez; did you mean copies?',
    ],
    ['no name', (driver) => driver.takeRaw(untyped(undefined)), 'invalid value undefined for topic'],
    ...[-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null].map(
      (by) =>
        [
          `a clock moved by ${by}`,
          (driver: TopologyTestDriver) => driver.advanceWallClock(untyped(by)),
          'for byMs',
        ] as const,
    ),
    [
      'a window store as a table',
      (driver) => driver.keyValueStore('per-window'),
      'per-window is a window store, which keyValueStore does not answer for; ask windowStore',
    ],
    ['a table as a window store', (driver) => driver.windowStore('counts'), 'ask keyValueStore'],
    [
      'a store that is not there',
      (driver) => driver.keyValueStore('count'),
      'the topology has no store named count; did you mean counts?',
    ],
    [
      'bytes that are none',
      (driver) => driver.pipeRaw('words', untyped({ key: 'k', value: null, timestamp: 1 })),
      'for record.key: expected a Buffer',
    ],
    [
      'raw records without a time',
      (driver) => driver.pipeRaw('words', { key: null, value: null, timestamp: Number.NaN }),
      'invalid value NaN for record.timestamp',
    ],
  ])('%s', (_name, call, text) => {
    expect(refusalOf(() => call(newDriver()))).toContain(text);
  });

  it.each([
    [{ timestamp: Number.POSITIVE_INFINITY }, 'for at.timestamp'],
    [{ timestamp: Number.NaN }, 'for at.timestamp'],
    [{ timestamp: 1.5 }, 'for at.timestamp'],
    [{ timestamp: '7' }, 'for at.timestamp'],
    [{ timestamp: null }, 'for at.timestamp'],
    [{ timestamp: new Date(0) }, 'for at.timestamp'],
    [{ timestamp: -1 }, 'for at.timestamp'],
    [{ timestmp: 1 }, 'unknown option timestmp in at; did you mean timestamp?'],
    [5, 'invalid value 5 for at: expected an object { timestamp, headers }; the time is an option'],
    [new Date(0), 'for at: expected an object { timestamp, headers }'],
    [{ headers: [{ key: 'k', value: 'text' }] }, 'for at.headers[0].value'],
  ])('where and when a record happens: %j', (at, text) => {
    const driver = newDriver();
    const input = driver.createInputTopic('words', strings);
    expect(refusalOf(() => input.pipeInput('k', 'v', untyped(at)))).toContain(text);
    input.pipeInput('k', 'v', { timestamp: 3, headers: [{ key: 'h', value: null }] });
    expect(driver.createOutputTopic('copies', strings).readKeyValues()).toEqual([['k', 'v']]);
  });

  it.each([
    [5, 'v', 'the keySerde of the input topic words does not take the key: '],
    ['k', 5, 'the valueSerde of the input topic words does not take the value: '],
    ['k', undefined, 'invalid value undefined for value: expected a value, or null'],
  ])('keys and values that the serdes do not take: %j, %j', (key, value, text) => {
    const input = newDriver().createInputTopic('words', strings);
    expect(refusalOf(() => input.pipeInput(untyped(key), untyped(value)))).toContain(text);
  });

  it('what is no topology, and options that there are not', () => {
    const topology = newBuilder().build();
    expect(refusalOf(() => new TopologyTestDriver(untyped(newBuilder())))).toContain(
      'expected a Topology; build it: new TopologyTestDriver(builder.build())',
    );
    expect(refusalOf(() => new TopologyTestDriver(untyped(undefined)))).toContain(
      'invalid value undefined for topology',
    );
    expect(refusalOf(() => new TopologyTestDriver(topology, untyped({ wallClockMS: 5 })))).toContain(
      'unknown option wallClockMS in options; did you mean wallClockMs?',
    );
    expect(refusalOf(() => new TopologyTestDriver(topology, { wallClockMs: Number.NaN }))).toContain(
      'wallClockMs',
    );
  });

  it('records after its end; what came before can still be read', () => {
    const driver = newDriver();
    const input = driver.createInputTopic('words', strings);
    const output = driver.createOutputTopic('copies', strings);
    input.pipeInput('k', 'v');
    driver.close();
    driver.close();
    expect(refusalOf(() => input.pipeInput('k', 'v'))).toBe('the test driver is closed');
    expect(refusalOf(() => driver.advanceWallClock(1))).toBe('the test driver is closed');
    expect(output.readKeyValues()).toEqual([['k', 'v']]);
  });
});

it('changelogs and repartition topics can be read, and any topic where a function chooses', () => {
  const builder = new StreamsBuilder();
  builder
    .stream('words', strings)
    .groupBy((_key, word) => word, { ...strings, name: 'by-word' })
    .count({ storeName: 'counts' });
  const driver = new TopologyTestDriver(builder.build(), { applicationId: 'app' });
  for (const topic of ['app-by-word-repartition', 'app-counts-changelog'])
    expect(driver.createOutputTopic(topic, strings).readKeyValues()).toEqual([]);

  const choosing = new StreamsBuilder();
  choosing.stream('words', strings).to((_key, word) => word);
  const chosen = new TopologyTestDriver(choosing.build());
  expect(chosen.createOutputTopic('any', strings).readKeyValues()).toEqual([]);
});

describe('a topology refuses', () => {
  it.each<readonly [string, (builder: StreamsBuilder) => unknown, string]>([
    [
      'a topic that none can be called',
      (builder) => builder.stream('a b', strings),
      'for topic: expected 1 to 249 of',
    ],
    [
      'one of several',
      (builder) => builder.stream(['a', 'b/c'], strings),
      'for topic[1]: expected 1 to 249 of',
    ],
    ['a table of it', (builder) => builder.table('..', strings), 'for topic: expected 1 to 249 of'],
    ['a sink', (builder) => builder.stream('a', strings).to('x y'), 'for topic: expected 1 to 249 of'],
    [
      'a store whose changelog none can be called',
      (builder) => builder.table('a', strings, { storeName: 'a b/../c' }),
      'for materialized.storeName: expected 1 to 249 of',
    ],
    [
      'the same of a processor',
      (builder) => builder.addStateStore(keyValueStore({ name: 'a/b', ...strings })),
      'for store.name: expected 1 to 249 of',
    ],
    [
      'a node whose repartition topic none can be called',
      (builder) => builder.stream('a', strings).groupByKey({ name: 'by word' }),
      'for grouped.name: expected 1 to 249 of',
    ],
    [
      'a misspelt option',
      (builder) => builder.stream('a', untyped({ ...strings, timestampExtracter: () => 1 })),
      'unknown option timestampExtracter in consumed; did you mean timestampExtractor?',
    ],
    [
      'a misspelt serde of a sink',
      (builder) => builder.stream('a', strings).to('b', untyped({ keySerd: Serdes.string })),
      'unknown option keySerd in produced; did you mean keySerde?',
    ],
    [
      'a misspelt store name',
      (builder) =>
        builder
          .stream('a', strings)
          .groupByKey()
          .count(untyped({ storename: 'n' })),
      'unknown option storename in options; did you mean storeName?',
    ],
    [
      'a store name where it is passed over',
      (builder) => builder.table('a', untyped({ ...strings, storeName: 'n' })),
      'a storeName in consumed is not the name of the store; it belongs to the third argument',
    ],
    [
      'two tables in one store',
      (builder) => {
        builder.table('a', strings, { storeName: 'n' });
        builder.table('b', strings, { storeName: 'n' });
      },
      'a state store named n has already been added',
    ],
    [
      'a store that nobody has added, when it is built',
      (builder) => {
        builder.addStateStore(keyValueStore({ name: 'last-seen', ...strings }));
        builder.stream('a', strings).process(() => ({ process: () => undefined }), { stores: ['last-seem'] });
        return builder.build();
      },
      'is connected to a store last-seem that the topology does not have; did you mean last-seen?',
    ],
  ])('%s', (_name, call, text) => {
    expect(refusalOf(() => call(new StreamsBuilder()))).toContain(text);
  });

  it('nothing that is one option of many calls, or the own of the caller', () => {
    const shared = { ...strings, name: 'NODE', storeName: 'store', note: 'mine' };
    const builder = new StreamsBuilder();
    builder
      .stream('a', { ...shared, name: 'SOURCE' })
      .filter(() => true, shared)
      .groupByKey()
      .count({ storeName: 'n' });
    expect(builder.build().nodes.has('NODE')).toBe(true);
  });
});
