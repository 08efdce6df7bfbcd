import { describe, expect, it } from 'vitest';
import {
  JoinWindows,
  type KStream,
  type KTable,
  Serdes,
  SessionWindows,
  StreamsBuilder,
  TimeWindows,
  type Windowed,
} from '../../../src/streams/index.ts';
import { type TestDriverOptions, TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import { EMIT_ALWAYS } from '../recordings.ts';
import { taskUnderTest } from '../runtime/task-under-test.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const IDLE_MS = 100;
/** Where the wall clock starts, which is nowhere near the times of the records. */
const NOON = 1_000_000;

interface Driven {
  /** Pipes a record, and returns what came of it. */
  readonly pipe: (topic: string, key: string, timestamp: number) => readonly string[];
  /** Lets the wall clock go on, and returns what came of that. */
  readonly wait: (ms: number) => readonly string[];
  readonly driver: TopologyTestDriver;
}

function drive(
  build: (builder: StreamsBuilder) => KStream<string, string>,
  options: TestDriverOptions = { idleSourceMs: IDLE_MS },
): Driven {
  const builder = new StreamsBuilder();
  build(builder).to('out', strings);
  const driver = new TopologyTestDriver(builder.build(), {
    wallClockMs: NOON,
    config: EMIT_ALWAYS,
    ...options,
  });
  const output = driver.createOutputTopic('out', strings);
  const taken = (): readonly string[] =>
    output.readRecords().map(({ key, value, timestamp }) => `${key}=${value}@${timestamp}`);
  return {
    driver,
    pipe(topic, key, timestamp) {
      driver.createInputTopic(topic, strings).pipeInput(key, `${key}${timestamp}`, { timestamp });
      return taken();
    },
    wait(ms) {
      driver.advanceWallClock(ms);
      return taken();
    },
  };
}

const told = (table: KTable<Windowed<string>, number>): KStream<string, string> =>
  table
    .toStream()
    .selectKey(({ key, window }) => `${key}[${window.startMs},${window.endMs}]`)
    .mapValues(String);

const tumbling = (builder: StreamsBuilder): KStream<string, string> =>
  told(
    builder
      .stream('in', strings)
      .groupByKey(strings)
      .windowedBy(TimeWindows.ofSizeAndGrace({ sizeMs: 1000, gracePeriodMs: 50 }))
      .emitStrategy('on-window-close')
      .count({ storeName: 'counts' }),
  );

describe('stream time that goes on with the wall clock where no records come', () => {
  it('closes a window when its end and grace period have passed since the last record', () => {
    const { pipe, wait } = drive(tumbling);
    expect(pipe('in', 'a', 400)).toEqual([]);
    expect(wait(649)).toEqual([]);
    expect(wait(1)).toEqual(['a[0,1000]=1@400']);
    expect(wait(10_000)).toEqual([]);
  });

  it('stands still without the setting, as in Kafka Streams', () => {
    const { pipe, wait } = drive(tumbling, {});
    pipe('in', 'a', 400);
    expect(wait(1_000_000)).toEqual([]);
    expect(pipe('in', 'b', 1050)).toEqual(['a[0,1000]=1@400']);
  });

  it('stands still until the inputs have been silent for so long', () => {
    const { pipe, wait } = drive(tumbling, { idleSourceMs: 5000 });
    pipe('in', 'a', 400);
    expect(wait(4999)).toEqual([]);
    expect(pipe('in', 'b', 500)).toEqual([]);
    expect(wait(4999)).toEqual([]);
    expect(wait(1)).toEqual(['a[0,1000]=1@400', 'b[0,1000]=1@500']);
  });

  it('takes no record as late for which no window has closed', () => {
    const { pipe, wait } = drive(tumbling);
    pipe('in', 'a', 400);
    expect(wait(600)).toEqual([]);
    // By the wall clock it is 1000; nothing was due, so nothing is late.
    expect(pipe('in', 'a', 300)).toEqual([]);
    expect(wait(650)).toEqual(['a[0,1000]=2@400']);
    expect(pipe('in', 'a', 999)).toEqual([]);
    expect(pipe('in', 'b', 2050)).toEqual([]);
  });

  it('closes windows one after the other as time goes on', () => {
    const { pipe, wait } = drive((builder) =>
      told(
        builder
          .stream('in', strings)
          .groupByKey(strings)
          .windowedBy(TimeWindows.ofSizeWithNoGrace(1000).advanceBy(250))
          .emitStrategy('on-window-close')
          .count(),
      ),
    );
    pipe('in', 'a', 600);
    expect(wait(399)).toEqual([]);
    expect(wait(1)).toEqual(['a[0,1000]=1@600']);
    expect(wait(250)).toEqual(['a[250,1250]=1@600']);
    expect(wait(250)).toEqual(['a[500,1500]=1@600']);
    expect(wait(10_000)).toEqual([]);
  });

  it('closes sessions', () => {
    const { pipe, wait } = drive((builder) =>
      told(
        builder
          .stream('in', strings)
          .groupByKey(strings)
          .windowedBy(SessionWindows.ofInactivityGapAndGrace({ inactivityGapMs: 200, gracePeriodMs: 50 }))
          .emitStrategy('on-window-close')
          .count(),
      ),
    );
    pipe('in', 'a', 600);
    pipe('in', 'a', 700);
    expect(wait(250)).toEqual([]);
    expect(wait(1)).toEqual(['a[600,700]=2@700']);
    expect(wait(10_000)).toEqual([]);
  });

  it('lets go of what suppress holds back, for windows and for a time', () => {
    const windows = drive((builder) =>
      told(
        builder
          .stream('in', strings)
          .groupByKey(strings)
          .windowedBy(TimeWindows.ofSizeWithNoGrace(1000))
          .count()
          .suppress({ until: 'window-closes' }),
      ),
    );
    windows.pipe('in', 'a', 400);
    expect(windows.wait(599)).toEqual([]);
    expect(windows.wait(1)).toEqual(['a[0,1000]=1@400']);
    const limited = drive((builder) =>
      builder
        .table('in', strings)
        .suppress({ until: 'time-limit', waitMs: 300 })
        .toStream()
        .mapValues(String),
    );
    limited.pipe('in', 'a', 400);
    expect(limited.wait(299)).toEqual([]);
    expect(limited.wait(1)).toEqual(['a=a400@400']);
  });

  it('tells the unmatched records of an outer join, of both sides', () => {
    const { pipe, wait } = drive((builder) =>
      builder
        .stream('left', strings)
        .outerJoin(
          builder.stream('right', strings),
          (left, right) => `${left}+${right}`,
          JoinWindows.ofTimeDifferenceAndGrace({ differenceMs: 200, gracePeriodMs: 50 }),
          { ...strings, otherValueSerde: Serdes.string },
        ),
    );
    pipe('left', 'a', 400);
    pipe('right', 'b', 500);
    expect(wait(150)).toEqual([]);
    expect(wait(1)).toEqual(['a=a400+null@400']);
    expect(wait(99)).toEqual([]);
    expect(wait(1)).toEqual(['b=null+b500@500']);
  });

  it('joins the records that wait for a table to catch up', () => {
    const { pipe, wait } = drive((builder) =>
      builder
        .stream('left', strings)
        .join(
          builder.table('right', strings, { storeName: 'rows', historyRetentionMs: 10_000 }),
          (left, right) => `${left}+${right}`,
          { ...strings, gracePeriodMs: 150 },
        ),
    );
    pipe('left', 'a', 400);
    pipe('right', 'a', 350);
    expect(wait(149)).toEqual([]);
    expect(wait(1)).toEqual(['a=a400+a350@400']);
  });

  it('knows after a restart how far it had got', () => {
    const first = drive(tumbling);
    first.pipe('in', 'a', 400);
    expect(first.wait(700)).toEqual(['a[0,1000]=1@400']);
    first.driver.close();
    const second = drive(tumbling, { idleSourceMs: IDLE_MS, resumeFrom: first.driver });
    expect(second.pipe('in', 'a', 500)).toEqual([]);
    expect(second.wait(10_000)).toEqual([]);
    expect(second.driver.counts.dropped['expired-window']).toBe(1);
  });

  const suppressed = (builder: StreamsBuilder): KStream<string, string> =>
    told(
      builder
        .stream('in', strings)
        .groupByKey(strings)
        .windowedBy(TimeWindows.ofSizeAndGrace({ sizeMs: 1000, gracePeriodMs: 50 }))
        .count()
        .suppress({ until: 'window-closes' }),
    );

  it('takes what comes for a window that suppress has closed as late', () => {
    const { pipe, wait, driver } = drive(suppressed);
    pipe('in', 'a', 400);
    expect(wait(10_000)).toEqual(['a[0,1000]=1@400']);
    expect(pipe('in', 'a', 500)).toEqual([]);
    expect(wait(10_000)).toEqual([]);
    expect(driver.counts.dropped['expired-window']).toBe(1);
    expect(pipe('in', 'b', 100_000)).toEqual([]);
    expect(wait(10_000)).toEqual(['b[100000,101000]=1@100000']);
  });

  it('knows after a restart which windows suppress has closed', () => {
    const first = drive(suppressed);
    first.pipe('in', 'a', 400);
    expect(first.wait(700)).toEqual(['a[0,1000]=1@400']);
    first.driver.close();
    const second = drive(suppressed, { idleSourceMs: IDLE_MS, resumeFrom: first.driver });
    expect(second.pipe('in', 'a', 500)).toEqual([]);
    expect(second.wait(10_000)).toEqual([]);
  });

  it('takes what comes for windows that suppress has not closed', () => {
    const { pipe, wait } = drive(suppressed);
    pipe('in', 'a', 400);
    expect(wait(649)).toEqual([]);
    expect(pipe('in', 'a', 300)).toEqual([]);
    expect(wait(750)).toEqual(['a[0,1000]=2@400']);
  });

  it('takes what comes for a session that suppress has closed as late, to the millisecond', () => {
    const { pipe, wait, driver } = drive((builder) =>
      told(
        builder
          .stream('in', strings)
          .groupByKey(strings)
          .windowedBy(SessionWindows.ofInactivityGapAndGrace({ inactivityGapMs: 200, gracePeriodMs: 50 }))
          .count()
          .suppress({ until: 'window-closes' }),
      ),
    );
    pipe('in', 'a', 600);
    expect(wait(249)).toEqual([]);
    expect(wait(1)).toEqual(['a[600,600]=1@600']);
    expect(pipe('in', 'a', 600)).toEqual([]);
    expect(wait(10_000)).toEqual([]);
    expect(driver.counts.dropped['expired-window']).toBe(1);
  });

  it('closes the windows of both tables that a suppressed join comes from', () => {
    const { pipe, wait, driver } = drive((builder) => {
      const counts = (topic: string): KTable<Windowed<string>, number> =>
        builder
          .stream(topic, strings)
          .groupByKey(strings)
          .windowedBy(TimeWindows.ofSizeWithNoGrace(1000))
          .count()
          .filter((_key, count) => count > 0);
      return told(
        counts('left')
          .join(counts('right'), (left, right) => 10 * left + right)
          .mapValues((value) => value, { valueSerde: Serdes.integer })
          .suppress({ until: 'window-closes' }),
      );
    });
    pipe('left', 'a', 400);
    pipe('right', 'a', 500);
    expect(wait(10_000)).toEqual(['a[0,1000]=11@500']);
    expect(pipe('left', 'a', 600)).toEqual([]);
    expect(pipe('right', 'a', 600)).toEqual([]);
    expect(wait(10_000)).toEqual([]);
    expect(driver.counts.dropped['expired-window']).toBe(2);
  });

  it('tells of a window with what a cache still holds back, once', async () => {
    const builder = new StreamsBuilder();
    suppressed(builder).to('out', strings);
    const sent: string[] = [];
    const task = taskUnderTest(builder.build(), {
      cachingEnabled: true,
      idleSourceMs: IDLE_MS,
      collector: { send: ({ value }) => void sent.push(String(value)), partitionCount: () => 1 },
    });
    await task.open();
    const [queue] = task.queues;
    if (queue === undefined) throw new Error('the task reads no topic');
    const take = async (offset: number): Promise<void> => {
      const bytes = Buffer.from('a');
      task.addRecords(queue, [{ offset, timestamp: 400, key: bytes, value: bytes, headers: [] }]);
      await task.processNext();
      await task.goOnIdle(0);
    };
    await take(0);
    await task.flushCaches();
    await take(1);
    await task.goOnIdle(10_000);
    await task.flushCaches();
    expect(sent).toEqual(['2']);
    task.close();
  });
});
