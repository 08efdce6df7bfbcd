import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StubRecord } from '../../../src/sql/testing/case-topics.ts';
import { engineAfter } from '../engine-after.ts';
import { sources } from './planned.ts';

/** Statements of all kinds of steps; what a rule may touch is in each. */
const statements = [
  'CREATE STREAM r AS SELECT id, origin FROM flights WHERE delay > 2 * 3;',
  'CREATE STREAM r AS SELECT id, CAST(delay AS STRING) + origin AS o, 6 / 2 AS c FROM flights WHERE delay / (delay - 1) > 0;',
  'CREATE TABLE r AS SELECT origin, COUNT(*) AS n, SUM(delay * (1 + 1)) AS s FROM flights GROUP BY origin;',
  'CREATE TABLE r AS SELECT id, COUNT(*) AS n FROM flights WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id HAVING COUNT(*) > 1;',
  'CREATE STREAM r AS SELECT id, EXPLODE(tags) AS tag FROM flights WHERE fare > 1.5e0;',
  'CREATE STREAM r AS SELECT origin, delay FROM flights PARTITION BY origin;',
  'CREATE STREAM r AS SELECT place, wind FROM weather WHERE wind > 1;',
  'CREATE STREAM r AS SELECT id, ROWTIME AS t FROM timed;',
  "CREATE STREAM r AS SELECT f.origin AS o, f.id, a.city FROM flights f LEFT JOIN airports a ON f.origin = a.code WHERE f.delay > 1 AND f.place->gate IN (0, 1) AND NOT (a.city = 'x');",
  'CREATE STREAM r AS SELECT f.id, a.city, f.fare FROM flights f JOIN airports a ON f.id = a.code WHERE f.fare IS NOT NULL;',
  'CREATE STREAM r AS SELECT f.origin AS o, f.delay, w.note FROM flights f LEFT JOIN weather w WITHIN 5 SECONDS GRACE PERIOD 1 SECOND ON f.origin = w.place WHERE f.delay > 1;',
  'CREATE TABLE r AS SELECT a.code, a.city, t.people FROM airports a LEFT JOIN towns t ON a.code = t.name WHERE t.people > 1 OR a.city IS NULL;',
];

/** Most values fit their columns; a record in which one does not is no row. */
const mostly = <T, U>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: 20, arbitrary: good }, { weight: 1, arbitrary: bad });
const key = mostly(fc.constantFrom('a', 'b', 'c'), fc.constant(null));
const whole = mostly(fc.integer({ min: -2, max: 9 }), fc.constantFrom(null, 2 ** 31, '7', 'no number', 1.5));
const text = mostly(
  fc.constantFrom('a', 'b', 'c'),
  fc.oneof(fc.constantFrom('ä"x', null), fc.integer(), fc.constant({ x: 1 })),
);
const object = fc
  .record(
    {
      ID: text,
      ORIGIN: text,
      DELAY: whole,
      FARE: fc.oneof(whole, fc.double({ noNaN: true, noDefaultInfinity: true })),
      TAGS: mostly(fc.array(text, { maxLength: 3 }), text),
      PLACE: mostly(fc.record({ GATE: whole }), text),
      CITY: text,
      COUNTRY: text,
      PEOPLE: whole,
      SEEN: mostly(fc.nat(100_000), text),
      OTHER: whole,
    },
    { requiredKeys: [] },
  )
  .map((value) => JSON.stringify(value));
const line = fc.tuple(whole, text).map(([wind, note]) => `${String(wind ?? '')},${JSON.stringify(note)}`);
const timeMs = fc.nat(30_000);
const jsonTopic = fc.constantFrom('flights', 'flights', 'flights', 'timed', 'airports', 'towns');
const record = mostly(
  fc.oneof(
    { weight: 4, arbitrary: fc.tuple(jsonTopic, key, object, timeMs) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('weather'), key, line, timeMs) },
  ),
  fc.tuple(
    fc.constantFrom('flights', 'weather', 'towns'),
    key,
    fc.constantFrom(null, 'no JSON', '7'),
    timeMs,
  ),
);

/** The records of a statement's result. */
async function written(
  statement: string,
  enabled: 'true' | 'false',
  inputs: readonly { readonly topic: string; readonly record: StubRecord }[],
): Promise<readonly string[]> {
  const properties = { 'ksql.optimizer.enabled': enabled };
  const engine = await engineAfter(`${sources}${statement}`, { properties });
  engine.run(inputs);
  return engine.host.topics
    .records('R')
    .map(({ key: name, value, timestamp }) => `${String(name)} ${String(value)} ${timestamp}`);
}

it.each(statements)('%s writes the same with and without the optimizer', async (statement) => {
  let results = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 20, maxLength: 40 }), async (records) => {
      const inputs = records.map(([topic, name, value, timestamp]) => ({
        topic,
        record: {
          key: name === null ? null : Buffer.from(name),
          value: value === null ? null : Buffer.from(value),
          timestamp,
          headers: [],
        },
      }));
      const optimized = await written(statement, 'true', inputs);
      results += optimized.length;
      expect(optimized).toEqual(await written(statement, 'false', inputs));
    }),
    { numRuns: 20 },
  );
  expect(results).toBeGreaterThan(5);
});
