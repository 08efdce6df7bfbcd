import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  JoinWindows,
  type KStream,
  type KTable,
  Serdes,
  StreamsBuilder,
  type ValueJoiner,
} from '../../src/streams/index.ts';
import { TopologyTestDriver } from '../../src/streams/testing/index.ts';

interface Input {
  readonly side: 'left' | 'right';
  readonly key: number | null;
  readonly value: string | null;
  readonly ts: number;
}

interface Expected {
  readonly key: number | null;
  readonly value: string | null;
  readonly ts: number;
}

type JoinOp = 'join' | 'leftJoin' | 'outerJoin';

interface Case {
  readonly file: string;
  readonly test: string;
  readonly input: string;
  readonly ops: readonly JoinOp[];
  readonly windows: readonly string[];
  readonly joinedGrace: readonly string[];
  readonly versioned: { readonly left: boolean; readonly right: boolean };
  readonly repartitioned: boolean;
  readonly steps: readonly (readonly Expected[])[];
}

const shared = process.env['MILLRACE_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared');
const file = process.env['CONFORMANCE_JOINS'] ?? path.join(shared, 'conformance/streams-joins.json');

const serdes = { keySerde: Serdes.long, valueSerde: Serdes.string };
const joiner: ValueJoiner<number, string | null, string | null, string> = (left, right) => `${left}-${right}`;
/** What Kafka's tests keep as history, and wait for as grace. */
const HISTORY_MS = 5 * 60 * 1000;
const GRACE_MS = 2;

const UNIT_MS: Readonly<Record<string, number>> = {
  Millis: 1,
  Seconds: 1000,
  Minutes: 60_000,
  Hours: 3_600_000,
  Days: 86_400_000,
};

/** Understands the Java expressions in the cases: `JoinWindows.ofTimeDifferenceAndGrace(ofSeconds(10), ofHours(24))`. */
function parseWindows(text: string): JoinWindows {
  const durations = [...text.matchAll(/of(Millis|Seconds|Minutes|Hours|Days)\((\d+)L?\)/g)].map(
    ([, unit = '', amount = '']) => Number(amount) * (UNIT_MS[unit] ?? Number.NaN),
  );
  const [differenceMs = Number.NaN, gracePeriodMs] = durations;
  if (text.includes('NoGrace')) return JoinWindows.ofTimeDifferenceWithNoGrace(differenceMs);
  return JoinWindows.ofTimeDifferenceAndGrace({ differenceMs, gracePeriodMs: gracePeriodMs ?? Number.NaN });
}

function graceOf(testCase: Case): number | undefined {
  const given = /ofMillis\((\d+)L?\)/.exec(testCase.joinedGrace[0] ?? '')?.[1];
  if (given !== undefined) return Number(given);
  return testCase.file.includes('WithGrace') ? GRACE_MS : undefined;
}

function joinStreams(builder: StreamsBuilder, testCase: Case): KStream<number, string> {
  const repartition = (stream: KStream<number, string>): KStream<number, string> =>
    testCase.repartitioned ? stream.map((key, value) => [key, value] as const, serdes) : stream;
  const left = repartition(builder.stream('left', serdes));
  const right = testCase.test.includes('SelfJoin') ? left : repartition(builder.stream('right', serdes));
  const joinedWith = { ...serdes, otherValueSerde: Serdes.string };
  let joined = left;
  testCase.ops.forEach((op, i) => {
    const windows = parseWindows(testCase.windows[i] ?? testCase.windows[0] ?? '');
    switch (op) {
      case 'join':
        joined = joined.join(right, joiner, windows, joinedWith);
        break;
      case 'leftJoin':
        joined = joined.leftJoin(right, joiner, windows, joinedWith);
        break;
      case 'outerJoin':
        joined = joined.outerJoin(right, joiner, windows, joinedWith);
    }
  });
  return joined;
}

function tableOptions(versioned: boolean): { historyRetentionMs?: number } {
  return versioned ? { historyRetentionMs: HISTORY_MS } : {};
}

function joinStreamTable(builder: StreamsBuilder, testCase: Case): KStream<number, string> {
  const left = builder.stream('left', serdes);
  const right = builder.table('right', serdes, {
    storeName: 'right',
    ...tableOptions(testCase.versioned.right),
  });
  const grace = graceOf(testCase);
  const joined = { ...serdes, ...(grace === undefined ? {} : { gracePeriodMs: grace }) };
  return testCase.ops[0] === 'leftJoin'
    ? left.leftJoin(right, joiner, joined)
    : left.join(right, joiner, joined);
}

function joinTables(builder: StreamsBuilder, testCase: Case): KStream<number, string | null> {
  const left = builder.table('left', serdes, { storeName: 'left', ...tableOptions(testCase.versioned.left) });
  const right = builder.table('right', serdes, {
    storeName: 'right',
    ...tableOptions(testCase.versioned.right),
  });
  let joined: KTable<number, string> = left;
  for (const op of testCase.ops) {
    const options = { valueSerde: Serdes.string };
    if (op === 'join') joined = joined.join(right, joiner, options);
    else if (op === 'leftJoin') joined = joined.leftJoin(right, joiner, options);
    else joined = joined.outerJoin(right, joiner, options);
  }
  return joined.toStream();
}

function joinedStream(
  builder: StreamsBuilder,
  testCase: Case,
): KStream<number, string> | KStream<number, string | null> {
  if (testCase.file.startsWith('StreamStream')) return joinStreams(builder, testCase);
  if (testCase.file.startsWith('StreamTable')) return joinStreamTable(builder, testCase);
  return joinTables(builder, testCase);
}

function run(testCase: Case, inputs: readonly Input[]): Expected[][] {
  const builder = new StreamsBuilder();
  joinedStream(builder, testCase).to('out', serdes);
  const driver = new TopologyTestDriver(builder.build(), { cachingEnabled: false });
  const output = driver.createOutputTopic('out', serdes);
  const results = inputs.map((input) => {
    driver.createInputTopic(input.side, serdes).pipeInput(input.key, input.value, { timestamp: input.ts });
    return output.readRecords().map(({ key, value, timestamp }) => ({ key, value, ts: timestamp }));
  });
  driver.close();
  return results;
}

describe.skipIf(!existsSync(file))('joins behave as in Kafka Streams, step by step', () => {
  const data = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { inputs: Record<string, Input[]>; cases: Case[] })
    : { inputs: {}, cases: [] };

  it.each(data.cases.map((testCase) => [`${testCase.file} ${testCase.test}`, testCase] as const))(
    '%s',
    (_name, testCase) => {
      const inputs = data.inputs[testCase.input] ?? [];
      expect(inputs.length).toBeGreaterThan(0);
      expect(run(testCase, inputs)).toEqual(testCase.steps);
    },
  );

  it('has cases, and says how many', () => {
    console.log(`streams joins: ${data.cases.length} cases of ${file}`);
    expect(data.cases.length).toBeGreaterThan(0);
  });
});
