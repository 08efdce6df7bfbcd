import { expect, it } from 'vitest';
import { messageOf } from '../../../src/base/errors.ts';
import { queryTopology } from '../../../src/sql/lowering/query-topology.ts';
import { engineAfter } from '../engine-after.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';

const OF_SOURCE = `
  CREATE STREAM tn (id STRING KEY, w BIGINT) WITH (KAFKA_TOPIC='tn', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='w');
  CREATE STREAM out AS SELECT * FROM tn;`;
const OF_SINK = `
  CREATE STREAM tn (id STRING KEY, w BIGINT) WITH (KAFKA_TOPIC='tn', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM out WITH (TIMESTAMP='w') AS SELECT * FROM tn;`;
const OF_KEY = `
  CREATE STREAM tn (id BIGINT KEY, w BIGINT) WITH (KAFKA_TOPIC='tn', FORMAT='JSON', PARTITIONS=1, TIMESTAMP='id');
  CREATE STREAM out AS SELECT * FROM tn;`;
const OF_TEXT = `
  CREATE STREAM tn (id STRING KEY, w STRING) WITH (KAFKA_TOPIC='tn', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='w', TIMESTAMP_FORMAT='yyyy-MM-dd');
  CREATE STREAM out AS SELECT * FROM tn;`;

/** Runs a query over values of a column, and says what came of it: the times of the results, and the errors of rows. */
async function run(
  script: string,
  values: readonly string[],
  properties: Readonly<Record<string, string>> = {},
): Promise<{
  readonly times: readonly number[];
  readonly errors: readonly string[];
  readonly next: () => unknown;
}> {
  const engine = await engineAfter(script, { properties });
  const errors: string[] = [];
  const [plan] = engine.queries;
  if (plan === undefined) throw new Error('no query');
  const topology = queryTopology(plan, {
    analysis: engine.context,
    onError: (error, text) => errors.push(`${text}: ${messageOf(error)}`),
    onUntimed: (error, of) => errors.push(`without a time, ${of}: ${messageOf(error)}`),
  });
  const driver = new TopologyTestDriver(topology);
  const times: number[] = [];
  const left = [...values];
  const next = (): void => {
    const value = left.shift();
    const key = script === OF_KEY ? Buffer.from(value ?? 'null') : Buffer.from('a');
    driver.pipeRaw('tn', { key, value: Buffer.from(`{"W":${value}}`), timestamp: 5 });
    times.push(...driver.takeRaw('OUT').map(({ timestamp }) => timestamp));
  };
  return { times, errors, next };
}

const NO_TIMES = [
  '1767225600000000000',
  '9223372036854775807',
  '9007199254740992',
  '-5',
  '-9223372036854775808',
  'null',
];

it.each([
  ['a source', OF_SOURCE, 'source'],
  ['a sink', OF_SINK, 'result'],
  ["a source's key", OF_KEY, 'source'],
])('a BIGINT that is no time costs its row, and is told: TIMESTAMP of %s', async (_name, script, of) => {
  const { times, errors, next } = await run(script, ['1000', ...NO_TIMES, '9007199254740991', '2000']);
  for (let count = NO_TIMES.length + 3; count > 0; count--) next();
  expect(times).toEqual([1000, 9007199254740991, 2000]);
  expect(errors).toHaveLength(NO_TIMES.length);
  for (const [index, value] of NO_TIMES.entries())
    expect(errors[index]).toMatch(
      new RegExp(`^without a time, ${of}: .* the column (W|ID) of .* holds no timestamp: ${value}$`),
    );
});

it.each([
  ['a source', OF_SOURCE],
  ['a sink', OF_SINK],
])('ksql.timestamp.throw.on.invalid fails the query for it: TIMESTAMP of %s', async (_name, script) => {
  for (const value of NO_TIMES) {
    const { next } = await run(script, [value], { 'ksql.timestamp.throw.on.invalid': 'true' });
    expect(next).toThrow(/the column W of .* holds no timestamp: -?\w+/);
  }
});

it('a text that is no date costs its row and is told once', async () => {
  const { times, errors, next } = await run(OF_TEXT, ['"1970-01-02"', '"soon"', 'null', '"1970-01-03"']);
  for (let count = 4; count > 0; count--) next();
  expect(times).toEqual([86_400_000, 172_800_000]);
  expect(errors).toEqual([
    expect.stringMatching(/the column W of the record at tn-0 offset 1 holds no timestamp: "soon"$/),
    expect.stringMatching(/the column W of the record at tn-0 offset 2 holds no timestamp: null$/),
  ]);
});
