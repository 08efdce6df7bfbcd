import { expect, it } from 'vitest';
import { ArgumentError } from '../../src/base/errors.ts';
import {
  JoinWindows,
  KStream,
  Serdes,
  SessionWindows,
  StreamsApp,
  StreamsBuilder,
  TimeWindows,
} from '../../src/streams/index.ts';
import { spoil } from '../base/spoiled-arguments.ts';

/* Wrong arguments from plain JavaScript are refused by name, or do what they say. */

it('the operators of the Streams DSL', async () => {
  const serdes = { keySerde: Serdes.string, valueSerde: Serdes.string };
  const named = { name: 'n' };
  const pair = { ...named, ...serdes };
  const table = { ...named, storeName: 's', ...serdes, storeType: 'memory', logConfig: { a: 'b' } };
  const f = (): undefined => undefined;
  const stream = () => new StreamsBuilder().stream<string, string>('t', serdes);
  const rows = () => new StreamsBuilder().table<string, string>('t', serdes);
  const joinWindows = JoinWindows.ofTimeDifferenceWithNoGrace(1);
  const joined = { ...pair, otherValueSerde: Serdes.string, storeName: 's', loggingEnabled: true };
  const buffer = { recordsMax: 1, bytesMax: 1, whenFull: 'fail', loggingEnabled: true };
  const windowed = (windows: unknown) =>
    stream()
      .groupByKey()
      .windowedBy(windows as TimeWindows);
  const calls: readonly (readonly [on: () => object, calls: Readonly<Record<string, readonly unknown[]>>])[] =
    [
      [
        stream,
        {
          filter: [f, named],
          filterNot: [f, named],
          map: [f, pair],
          mapValues: [f, pair],
          flatMap: [f, pair],
          flatMapValues: [f, pair],
          selectKey: [f, pair],
          peek: [f, named],
          foreach: [f, named],
          pipe: [f, { ...pair, keepsKey: true }],
          split: [named],
          merge: [stream(), named],
          repartition: [{ ...pair, partitioner: f, numberOfPartitions: 2 }],
          to: ['u', { ...pair, partitioner: f }],
          toTable: [table],
          groupBy: [f, pair],
          groupByKey: [pair],
          join: [stream(), f, joinWindows, joined],
          leftJoin: [rows(), f, { ...pair, gracePeriodMs: 1 }],
          outerJoin: [stream(), f, joinWindows, joined],
          process: [f, { ...pair, stores: ['s'] }],
          processValues: [f, { ...pair, stores: ['s'] }],
        },
      ],
      [
        rows,
        {
          filter: [f, table],
          filterNot: [f, table],
          mapValues: [f, table],
          toStream: [f, named],
          suppress: [{ ...named, until: 'time-limit', waitMs: 1, buffer }],
          groupBy: [f, pair],
          join: [rows(), f, table],
          leftJoin: [rows(), f, { ...table, foreignKey: f }],
          outerJoin: [rows(), f, table],
        },
      ],
      [
        () => stream().groupByKey(),
        {
          count: [table],
          reduce: [f, table],
          aggregate: [f, f, table],
          windowedBy: [TimeWindows.ofSizeWithNoGrace(1)],
        },
      ],
      [
        () => rows().groupBy(f as never, pair),
        { count: [table], reduce: [f, f, table], aggregate: [f, f, f, table] },
      ],
      [
        () => windowed(TimeWindows.ofSizeWithNoGrace(1)),
        { emitStrategy: ['on-window-close'], count: [table], reduce: [f, table], aggregate: [f, f, table] },
      ],
      [
        () => windowed(SessionWindows.ofInactivityGapWithNoGrace(1)),
        {
          emitStrategy: ['on-window-close'],
          count: [table],
          reduce: [f, table],
          aggregate: [f, f, f, table],
        },
      ],
      [() => stream().split(), { branch: [f, named], defaultBranch: [named] }],
      [() => TimeWindows, { ofSizeWithNoGrace: [1], ofSizeAndGrace: [{ sizeMs: 1, gracePeriodMs: 1 }] }],
      [
        () => SessionWindows,
        {
          ofInactivityGapWithNoGrace: [1],
          ofInactivityGapAndGrace: [{ inactivityGapMs: 1, gracePeriodMs: 1 }],
        },
      ],
      [
        () => JoinWindows,
        {
          of: [1],
          ofTimeDifferenceWithNoGrace: [1],
          ofTimeDifferenceAndGrace: [{ differenceMs: 1, gracePeriodMs: 1 }],
        },
      ],
      [() => TimeWindows.ofSizeWithNoGrace(5), { advanceBy: [1] }],
      [() => joinWindows, { before: [1], after: [1], grace: [1] }],
    ];
  for (const chain of [null, 1, 'wrong', {}, f]) {
    // One that is a function is called, and has to answer a stream.
    expect(() =>
      stream()
        .split()
        .branch(f as never, { chain } as never),
    ).toThrow(ArgumentError);
  }
  for (const [on, methods] of calls) {
    for (const [name, args] of Object.entries(methods)) {
      await spoil(name, args, (...wrong: never[]) => {
        const target = on() as Record<string, (...args: never[]) => unknown>;
        return target[name]?.call(target, ...wrong);
      });
      const target = on() as Record<string, (...args: never[]) => unknown>;
      expect(() => target[name]?.call(target, ...([Symbol('wrong')] as never[])), name).toThrow(
        ArgumentError,
      );
    }
  }
});

it('the options of Streams', async () => {
  const consumed = {
    keySerde: Serdes.string,
    valueSerde: Serdes.string,
    name: 'n',
    offsetReset: 'earliest',
  };
  const materialized = {
    storeName: 's',
    cachingEnabled: true,
    loggingEnabled: true,
    logConfig: { 'retention.ms': '1' },
    storeType: 'memory',
    retentionMs: 1,
  };
  await spoil('stream', [['t'], consumed], (topics, options) =>
    expect(new StreamsBuilder().stream(topics, options)).toBeInstanceOf(KStream),
  );
  await spoil('table', ['t', consumed, materialized], (topic, options, how) =>
    new StreamsBuilder().table(topic, options, how),
  );
  await spoil('addStateStore', [{}], (store) => new StreamsBuilder().addStateStore(store));
  await spoil('skipNames', [1], (count) => new StreamsBuilder().skipNames(count));
  const builder = new StreamsBuilder();
  builder.stream('t', { keySerde: Serdes.string, valueSerde: Serdes.string }).to('u');
  const options = {
    applicationId: 'a',
    bootstrapServers: 'localhost:1',
    topology: builder.build(),
    stateDir: '/tmp/state',
    clientId: 'c',
    commitIntervalMs: 1,
    cacheBytesMax: 1,
    blockCacheBytes: 1,
    pollMs: 1,
    bufferedRecordsMax: 1,
    taskIdleMsMax: 1,
    replicationFactor: 1,
    repartitionPurgeIntervalMs: 1,
    autoOffsetReset: 'latest',
    onFailure: { deserialization: 'fail', processing: 'continue', production: () => 'fail' },
    onUncaught: () => 'stop',
    consumer: {},
    producer: {},
    config: { a: 1 },
  };
  await spoil('new StreamsApp', [options], (wrong) => new StreamsApp(wrong).close());
});
