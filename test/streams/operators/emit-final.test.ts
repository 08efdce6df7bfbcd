import { describe, expect, it } from 'vitest';
import {
  type KGroupedStream,
  type KTable,
  Serdes,
  SessionWindows,
  StreamsBuilder,
  TimeWindows,
  type Windowed,
} from '../../../src/streams/index.ts';
import { type TestDriverOptions, TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import { EMIT_ALWAYS } from '../recordings.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const counted = { keySerde: Serdes.string, valueSerde: Serdes.long };
const tumbling = TimeWindows.ofSizeWithNoGrace(10);

type Windowing = (grouped: KGroupedStream<string, string>) => KTable<Windowed<string>, number>;

const windowings: Readonly<Record<'tumbling' | 'hopping' | 'sessions', Windowing>> = {
  tumbling: (grouped) => grouped.windowedBy(tumbling).emitStrategy('on-window-close').count(counted),
  hopping: (grouped) =>
    grouped.windowedBy(tumbling.advanceBy(5)).emitStrategy('on-window-close').count(counted),
  sessions: (grouped) =>
    grouped
      .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(5))
      .emitStrategy('on-window-close')
      .count(counted),
};

function finalCounts(windowing: Windowing, options: TestDriverOptions = { config: EMIT_ALWAYS }) {
  const builder = new StreamsBuilder();
  windowing(builder.stream('in', strings).groupByKey())
    .toStream()
    .selectKey(({ key, window }) => `${key}@${window.startMs}-${window.endMs}`)
    .to('out', counted);
  const driver = new TopologyTestDriver(builder.build(), options);
  const input = driver.createInputTopic('in', strings);
  const output = driver.createOutputTopic('out', counted);
  return {
    driver,
    write: (key: string, timestamp: number) => input.pipeInput(key, 'x', { timestamp }),
    results: () => output.readKeyValues().map(([key, count]) => `${key}=${count}`),
  };
}

describe('a final result is emitted, however far ahead the next record is', () => {
  it.each([
    ['tumbling', 20, ['a@0-10=1']],
    ['tumbling', 1_000_000, ['a@0-10=1']],
    ['hopping', 20, ['a@0-10=1']],
    ['hopping', 1_000_000, ['a@0-10=1']],
    ['sessions', 20, ['a@0-0=1']],
    ['sessions', 1_000_000, ['a@0-0=1']],
  ] as const)('%s, the next record of another key at %i', (kind, next, expected) => {
    const { write, results } = finalCounts(windowings[kind]);
    write('a', 0);
    write('b', next);
    expect(results()).toEqual(expected);
  });

  it.each([
    ['tumbling', ['a@0-10=1']],
    ['hopping', ['a@0-10=1']],
    ['sessions', ['a@0-0=1']],
  ] as const)('%s, the next record of the same key', (kind, expected) => {
    const { write, results } = finalCounts(windowings[kind]);
    write('a', 0);
    write('a', 1_000_000);
    expect(results()).toEqual(expected);
  });

  it.each([
    ['tumbling', ['a@0-10=1', 'a@200000-200010=1', 'a@400000-400010=1']],
    [
      'hopping',
      ['a@0-10=1', 'a@199995-200005=1', 'a@200000-200010=1', 'a@399995-400005=1', 'a@400000-400010=1'],
    ],
    ['sessions', ['a@0-0=1', 'a@200000-200000=1', 'a@400000-400000=1']],
  ] as const)('%s that close while it is too early to look for them', (kind, expected) => {
    const { driver, write, results } = finalCounts(windowings[kind], {});
    for (const timestamp of [0, 200_000, 400_000, 600_000]) write('a', timestamp);
    const early = results();
    driver.advanceWallClock(1000);
    write('b', 600_004);
    expect([...early, ...results()]).toEqual(expected);
  });
});

it('the driver without a cache loses what the driver of Kafka Streams loses', () => {
  const uncached = { config: EMIT_ALWAYS, cachingEnabled: false };
  const next = finalCounts(windowings.tumbling, uncached);
  next.write('a', 0);
  next.write('b', 10);
  expect(next.results()).toEqual(['a@0-10=1']);
  const later = finalCounts(windowings.tumbling, uncached);
  later.write('a', 0);
  later.write('b', 21);
  expect(later.results()).toEqual([]);
});

it.each(['tumbling', 'hopping', 'sessions'] as const)(
  'final results of %s are emitted once over a restart',
  (kind) => {
    const first = finalCounts(windowings[kind]);
    first.write('a', 0);
    first.write('b', 30);
    const before = first.results();
    first.driver.close();
    const second = finalCounts(windowings[kind], { config: EMIT_ALWAYS, resumeFrom: first.driver });
    second.write('a', 100_000);
    const whole = finalCounts(windowings[kind]);
    for (const [key, timestamp] of [
      ['a', 0],
      ['b', 30],
      ['a', 100_000],
    ] as const)
      whole.write(key, timestamp);
    expect([...before, ...second.results()]).toEqual(whole.results());
  },
);
