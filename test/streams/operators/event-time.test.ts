import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  JoinWindows,
  SessionWindows,
  StreamRecord,
  Serdes,
  StreamsBuilder,
  TimeWindows,
  type TimestampExtractor,
} from '../../../src/streams/index.ts';
import { StreamsFailure, TopologyTestDriver } from '../../../src/streams/testing/index.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** What JavaScript may give in the place of a `long`; a Date and a text are numbers as soon as they are compared. */
const NO_TIMES: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1767225600123.45,
  -0.5,
  2 ** 53,
  1767225600000000000,
  '7',
  7n,
  null,
  undefined,
  new Date(7),
  {},
];

function failureOf(run: () => unknown): StreamsFailure {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(StreamsFailure);
    return error as StreamsFailure;
  }
  throw new Error('it did not fail');
}

function extracting(extractor: (value: string | null) => unknown): TopologyTestDriver {
  const builder = new StreamsBuilder();
  const timestampExtractor: TimestampExtractor<string, string> = ({ value }) => extractor(value) as number;
  builder.stream('in', { ...strings, timestampExtractor }).to('out');
  return new TopologyTestDriver(builder.build(), { onFailure: { processing: 'continue' } });
}

describe('what cannot be an event time fails the task with the place of the record,', () => {
  it.each(NO_TIMES.map((time) => ({ time })))('from a timestamp extractor: $time', ({ time }) => {
    const driver = extracting((value) => (value === 'bad' ? time : 5));
    const input = driver.createInputTopic('in', strings);
    const output = driver.createOutputTopic('out', strings);
    input.pipeInput('a', 'good');
    const failure = failureOf(() => input.pipeInput('a', 'bad'));
    // No handler forgives it, as none of Kafka Streams' forgives an extractor that throws.
    expect(failure.context).toMatchObject({ topic: 'in', partition: 0, offset: 1 });
    expect(failure.message).toContain('the timestamp extractor gave the timestamp');
    expect(output.readKeyValues()).toEqual([['a', 'good']]);
    expect(driver.counts.dropped).toEqual({});
  });

  it('and so does an extractor that throws', () => {
    const driver = extracting(() => {
      throw new Error('no time');
    });
    const failure = failureOf(() => driver.createInputTopic('in', strings).pipeInput('a', 'x'));
    expect(failure.message).toBe(
      'processing of the record at in-0 offset 0 failed in task 0_0, node KSTREAM-SOURCE-0000000000: no time',
    );
  });

  it.each([...NO_TIMES, -1].map((time) => ({ time })))('from a processor: $time', ({ time }) => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', strings)
      .process<string, string>(
        () => {
          let forward: (record: StreamRecord<string, string>) => void;
          return {
            init: (context) => {
              forward = (record) => void context.forward(record);
            },
            process: (record) => forward(record.withTimestamp(time as number)),
          };
        },
        { name: 'PUSHER', ...strings },
      )
      .to('out');
    const driver = new TopologyTestDriver(builder.build());
    const failure = failureOf(() => driver.createInputTopic('in', strings).pipeInput('a', 'x'));
    expect(failure.context.nodeName).toBe('PUSHER');
    expect(failure.message).toContain('the processor gave the timestamp');
  });

  it.each([...NO_TIMES, -1].map((time) => ({ time })))('from RxJS operators: $time', ({ time }) => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', strings)
      .pipe(
        map((record) => new StreamRecord(record.key, record.value, time as number)),
        { name: 'PIPED', ...strings },
      )
      .to('out');
    const driver = new TopologyTestDriver(builder.build());
    const failure = failureOf(() => driver.createInputTopic('in', strings).pipeInput('a', 'x'));
    expect(failure.context.nodeName).toBe('PIPED');
    expect(failure.message).toContain('the operator gave the timestamp');
  });
});

it('a negative event time drops the record and counts it, and the next one is processed', () => {
  const driver = extracting((value) => (value === 'bad' ? -1 : 5));
  const input = driver.createInputTopic('in', strings);
  const output = driver.createOutputTopic('out', strings);
  for (const value of ['bad', 'good']) input.pipeInput('a', value);
  expect(output.readKeyValues()).toEqual([['a', 'good']]);
  expect(driver.counts.dropped).toEqual({ 'invalid-timestamp': 1 });
});

it('the largest event time is one as every other, in windows, sessions and joins', () => {
  const builder = new StreamsBuilder();
  const stream = builder.stream('in', strings);
  const grouped = stream.groupByKey();
  const long = { keySerde: Serdes.string, valueSerde: Serdes.long };
  grouped
    .windowedBy(TimeWindows.ofSizeWithNoGrace(10).advanceBy(5))
    .count()
    .toStream((windowed) => windowed.key)
    .to('hopping', long);
  grouped
    .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(10))
    .count()
    .toStream((windowed) => windowed.key)
    .to('sessions', long);
  stream
    .join(builder.stream('other', strings), (a, b) => `${a}${b}`, JoinWindows.ofTimeDifferenceWithNoGrace(10))
    .to('joined', strings);
  const driver = new TopologyTestDriver(builder.build());
  const timestamp = Number.MAX_SAFE_INTEGER;
  driver.createInputTopic('in', strings).pipeInput('k', 'x', { timestamp });
  driver.createInputTopic('other', strings).pipeInput('k', 'y', { timestamp });
  expect(driver.createOutputTopic('hopping', long).readKeyValues()).toEqual([
    ['k', 1],
    ['k', 1],
  ]);
  expect(driver.createOutputTopic('sessions', long).readKeyValues()).toEqual([['k', 1]]);
  expect(driver.createOutputTopic('joined', strings).readKeyValues()).toEqual([['k', 'xy']]);
});

it('hopping windows that would put a record into a million rows are refused', () => {
  expect(() => TimeWindows.ofSizeWithNoGrace(24 * 60 * 60 * 1000).advanceBy(1)).toThrow(
    'windows of 86400000 ms that begin every 1 ms put each record into more than 100000 of them',
  );
  const most = TimeWindows.ofSizeWithNoGrace(100_000).advanceBy(1);
  expect(most.startsFor(1_000_000)).toHaveLength(100_000);
});

it('a record of a time beyond 2^53, which other producers may write, has the nearest one', () => {
  const builder = new StreamsBuilder();
  builder.stream('in', strings).to('out');
  const driver = new TopologyTestDriver(builder.build());
  driver.pipeRaw('in', { key: null, value: Buffer.from('x'), timestamp: 1767225600000000000 });
  expect(driver.createOutputTopic('out', strings).readRecords()[0]?.timestamp).toBe(Number.MAX_SAFE_INTEGER);
});
