import { describe, expect, it } from 'vitest';
import { type KTable, Serdes, StreamsBuilder, TimeWindows } from '../../../src/streams/index.ts';
import { type TestDriverOptions, TopologyTestDriver } from '../../../src/streams/testing/index.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const LIMIT = { until: 'time-limit', waitMs: 5 } as const;

function driverOf(
  made: (table: KTable<string, string>) => KTable<string, string>,
  options: TestDriverOptions = {},
) {
  const builder = new StreamsBuilder();
  made(builder.table('in', strings)).toStream().to('out', strings);
  const driver = new TopologyTestDriver(builder.build(), options);
  const input = driver.createInputTopic('in', strings);
  const output = driver.createOutputTopic('out', strings);
  return {
    driver,
    write: (key: string, value: string | null, timestamp: number) =>
      input.pipeInput(key, value as string, { timestamp }),
    results: () => output.readKeyValues().map(([key, value]) => `${key}=${value}`),
  };
}

describe('a table that is suppressed for a time', () => {
  it('logs what has left its buffer at the time that it had, with a cache and without', () => {
    for (const cachingEnabled of [true, false]) {
      const { driver, write } = driverOf((table) => table.suppress({ ...LIMIT, name: 'held' }), {
        cachingEnabled,
      });
      write('a', 'x', 7);
      write('b', 'x', 20);
      const changelog = [...driver.producedTopics].find((topic) => topic.includes('held')) ?? '';
      const logged = driver
        .takeRaw(changelog)
        .map(({ key, value, timestamp }) => [String(key), value === null, timestamp]);
      expect(logged).toEqual([
        ['a', false, 7],
        ['b', false, 20],
        ['a', true, 7],
      ]);
    }
  });

  it('is kept: the deletion of a row that it never had is not passed on', () => {
    const { write, results } = driverOf((table) => table.suppress(LIMIT));
    write('a', null, 0);
    write('b', 'x', 10);
    write('c', 'x', 20);
    expect(results()).toEqual(['b=x']);
  });

  it('hands on what was passed on last as the old value, not what was held back since', () => {
    const { write, results } = driverOf((table) =>
      table
        .suppress(LIMIT)
        .groupBy((key, value) => [value, key] as const, strings)
        .reduce(
          (all, key) => `${all}+${key}`,
          (all, key) => `${all}-${key}`,
        ),
    );
    write('a', 'one', 0);
    write('b', 'one', 10);
    // Held back: neither is ever in group two.
    write('a', 'two', 20);
    write('a', null, 21);
    write('c', 'three', 30);
    expect(results()).toEqual(['one=a', 'one=a+b', 'one=a+b-a']);
  });

  it('deletes what a filter behind it has let through, although the change before was held back', () => {
    const { write, results } = driverOf((table) =>
      table.suppress(LIMIT).filter((_key, value) => value !== 'hidden'),
    );
    write('a', 'seen', 0);
    write('b', 'x', 10);
    write('a', 'hidden', 20);
    write('a', 'hidden', 21);
    write('b', 'y', 30);
    expect(results()).toEqual(['a=seen', 'b=x', 'a=null']);
  });

  it('goes on over a restart with what waits', () => {
    const made = (table: KTable<string, string>): KTable<string, string> => table.suppress(LIMIT);
    const first = driverOf(made);
    first.write('a', 'x', 0);
    first.write('b', 'y', 3);
    first.driver.close();
    const second = driverOf(made, { resumeFrom: first.driver });
    second.write('c', 'z', 6);
    second.write('c', 'z', 9);
    expect(second.results()).toEqual(['a=x', 'b=y']);
  });

  it('cannot be a versioned one', () => {
    const table = new StreamsBuilder().table('in', strings, { historyRetentionMs: 100 });
    const refusal = 'suppress() is only supported for non-versioned KTables';
    expect(() => table.suppress(LIMIT)).toThrow(refusal);
    expect(() => table.mapValues((value) => value, strings).filter(() => true)).not.toThrow();
    expect(() => table.filter(() => true).suppress(LIMIT)).toThrow(refusal);
  });
});

it('final results come once over a restart, and none is lost', () => {
  const final = (resumeFrom?: TopologyTestDriver) => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', strings)
      .groupByKey()
      .windowedBy(TimeWindows.ofSizeAndGrace({ sizeMs: 10, gracePeriodMs: 5 }))
      .reduce((all, value) => all + value)
      .suppress({ until: 'window-closes' })
      .toStream()
      .selectKey(({ key, window }) => `${key}@${window.startMs}`)
      .to('out', strings);
    const driver = new TopologyTestDriver(builder.build(), resumeFrom === undefined ? {} : { resumeFrom });
    const input = driver.createInputTopic('in', strings);
    const output = driver.createOutputTopic('out', strings);
    return {
      driver,
      write: (key: string, value: string, timestamp: number) => input.pipeInput(key, value, { timestamp }),
      results: () => output.readKeyValues().map(([key, value]) => `${key}=${value}`),
    };
  };
  const records = [
    ['a', 'x', 0],
    ['b', 'y', 12],
    ['a', 'z', 3],
    ['c', 'w', 40],
    ['a', 'late', 5],
    ['c', 'v', 60],
  ] as const;
  const whole = final();
  for (const [key, value, timestamp] of records) whole.write(key, value, timestamp);
  const expected = whole.results();
  expect(expected).toEqual(['a@0=xz', 'b@10=y', 'c@40=w']);
  for (let cut = 1; cut < records.length; cut++) {
    const first = final();
    for (const [key, value, timestamp] of records.slice(0, cut)) first.write(key, value, timestamp);
    const before = first.results();
    first.driver.close();
    const second = final(first.driver);
    for (const [key, value, timestamp] of records.slice(cut)) second.write(key, value, timestamp);
    expect([...before, ...second.results()], `restarted after ${cut} records`).toEqual(expected);
  }
});
