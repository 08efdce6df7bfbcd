import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../grammar/parse.ts';
import type { CaseEngine } from '../../../src/sql/testing/case-engine.ts';
import { engineAfter } from '../engine-after.ts';

/** Literals of a type, as SQL writes them. */
const LITERALS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  INT: fc.integer({ min: -2000, max: 2000 }).map(String),
  DOUBLE: fc
    .oneof(
      fc.integer({ min: -400, max: 400 }).map((n) => n / 8),
      fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
    )
    .map((value) => (Object.is(value, -0) ? '0E0' : value.toExponential())),
  STRING: fc
    .string({ unit: fc.constantFrom('a', 'A', '0', ' ', '"', ',', 'é'), minLength: 1, maxLength: 3 })
    .map(quoted),
  BYTES: fc
    .uint8Array({ minLength: 1, maxLength: 3 })
    .map((bytes) => `TO_BYTES('${Buffer.from(bytes).toString('hex')}', 'hex')`),
  DATE: fc
    .integer({ min: -900, max: 20_000 })
    .map((day) => quoted(new Date(day * 864e5).toISOString().slice(0, 10))),
  TIMESTAMP: fc
    .integer({ min: -1e9, max: 1.7e12 })
    .map((time) => quoted(new Date(time).toISOString().replace('Z', ''))),
};

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function rowsOf(engine: CaseEngine, condition: string): Promise<readonly string[]> {
  const [parsed] = parseScript(`SELECT k FROM t WHERE ${condition};`);
  if (parsed === undefined) throw new Error('no statement');
  const { rows } = await engine.query(parsed);
  return rows.map(({ columns }) => JSON.stringify(columns)).toSorted();
}

describe.each(Object.keys(LITERALS))('a range of keys of %s', (type) => {
  it.each(['JSON', 'DELIMITED'])('in %s has the rows that a filter of all has', async (format) => {
    const literal = LITERALS[type] ?? fc.constant('1');
    const property = fc.asyncProperty(
      fc.array(literal, { minLength: 5, maxLength: 25 }),
      fc.array(fc.tuple(literal, literal), { minLength: 4, maxLength: 4 }),
      async (keys, bounds) => {
        const engine = await engineAfter(
          `CREATE STREAM s (k ${type} KEY, v INT) WITH (KAFKA_TOPIC='s', FORMAT='${format}', PARTITIONS=1);
           CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
           ${keys.map((key) => `INSERT INTO s (k, v) VALUES (${key}, 1);`).join('\n')}`,
          { isLive: true },
        );
        for (const [a, b] of bounds) {
          for (const condition of [
            `k >= ${a}`,
            `k < ${a}`,
            `k > ${a} AND k <= ${b}`,
            `k BETWEEN ${b} AND ${a}`,
          ]) {
            // A condition that leaves the key open reads all.
            expect(await rowsOf(engine, condition), condition).toEqual(
              await rowsOf(engine, `(${condition}) OR n < 0`),
            );
          }
        }
      },
    );
    await fc.assert(property, { numRuns: 5 });
  });
});
