import type { Value } from './random-aggregates.ts';
import type { Scenario } from './random-scenario.ts';
import type { Random } from './random.ts';

type Row = readonly Value[];

/** A condition of a pull query, and which rows it keeps. Null is neither true nor false, as in Java's comparison of it. */
interface Condition {
  readonly sql: string;
  readonly keeps: (row: Row) => boolean;
}

type Scalar = number | string;

const isScalar = (value: Value): value is Scalar => typeof value === 'number' || typeof value === 'string';

const literal = (value: Scalar): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

/** Some value of a column, or one that is near to it. */
function operand(random: Random, rows: readonly Row[], at: number): Scalar | undefined {
  const values = rows.map((row) => row[at] ?? null).filter((value) => isScalar(value));
  if (values.length === 0) return undefined;
  const value = random.of(values);
  if (typeof value === 'string') return random.of([value, value, `${value}x`, 'gree']);
  const near = random.of([value, value, value + 1, value - 1]);
  // Literals of other types have rules of their own.
  return Number.isInteger(near) && Math.abs(near) <= 2_147_483_647 ? near : undefined;
}

function comparison(random: Random, { columns, expected: rows }: Scenario, isPart: boolean): Condition {
  const at = random.below(columns.length);
  const name = columns[at] ?? '';
  // Several bounds of one side, or such that contradict each other, are refused, as ksqlDB refuses them.
  if (isPart && name.startsWith('WINDOW')) return missing(random, columns[0] ?? '', 0);
  const of = (test: (value: Scalar) => boolean) => (row: Row) => {
    const value = row[at] ?? null;
    return isScalar(value) && test(value);
  };
  const [low, high] = [operand(random, rows, at), operand(random, rows, at)];
  if (low === undefined || high === undefined) return missing(random, name, at);
  const [a, b] = [literal(low), literal(high)];
  const choices: Condition[] = [
    { sql: `${name} = ${a}`, keeps: of((value) => value === low) },
    { sql: `${b} = ${name}`, keeps: of((value) => value === high) },
    { sql: `${name} IN (${a}, ${b})`, keeps: of((value) => value === low || value === high) },
    { sql: `${name} < ${a}`, keeps: of((value) => value < low) },
    { sql: `${name} >= ${a}`, keeps: of((value) => value >= low) },
    { sql: `${name} > ${a} AND ${name} <= ${b}`, keeps: of((value) => value > low && value <= high) },
    { sql: `${name} BETWEEN ${a} AND ${b}`, keeps: of((value) => value >= low && value <= high) },
  ];
  // Bounds of windows are looked up: of them this is refused, as ksqlDB refuses it.
  if (!name.startsWith('WINDOW')) {
    choices.push({ sql: `${name} <> ${a}`, keeps: of((value) => value !== low) });
  }
  if (typeof low === 'string') {
    const begin = low.slice(0, 2);
    choices.push({
      sql: `${name} LIKE ${literal(`${begin}%`)}`,
      keeps: of((value) => String(value).startsWith(begin)),
    });
    choices.push({
      sql: `${name} LIKE ${literal(`%${low.slice(-1)}`)}`,
      keeps: of((value) => String(value).endsWith(low.slice(-1))),
    });
  }
  return random.of(choices);
}

function missing(random: Random, name: string, at: number): Condition {
  return random.of<Condition>([
    { sql: `${name} IS NULL`, keeps: (row) => (row[at] ?? null) === null },
    { sql: `${name} IS NOT NULL`, keeps: (row) => (row[at] ?? null) !== null },
  ]);
}

function condition(random: Random, scenario: Scenario, depth = 2): Condition {
  if (depth === 0 || random.chance(0.5)) return comparison(random, scenario, depth < 2);
  const [a, b] = [condition(random, scenario, depth - 1), condition(random, scenario, depth - 1)];
  return random.of<Condition>([
    { sql: `(${a.sql}) AND (${b.sql})`, keeps: (row) => a.keeps(row) && b.keeps(row) },
    { sql: `(${a.sql}) OR (${b.sql})`, keeps: (row) => a.keeps(row) || b.keeps(row) },
  ]);
}

/** A key and, of a windowed table, bounds of its windows: what a lookup by key has to be. */
function lookup(random: Random, { columns, expected, keyColumns }: Scenario): Condition | undefined {
  const row = random.of(expected);
  const [key = null] = row;
  if (!isScalar(key)) return undefined;
  const name = columns[0] ?? '';
  const byKey: Condition = random.of<Condition>([
    { sql: `${name} = ${literal(key)}`, keeps: (other) => other[0] === key },
    { sql: `${name} IN (${literal(key)}, ${literal(key)})`, keeps: (other) => other[0] === key },
  ]);
  const start = row[1] ?? null;
  if (keyColumns === 1 || typeof start !== 'number' || random.chance(0.3)) return byKey;
  const at = (other: Row, index: number): number => Number(other[index]);
  const bound = random.of<Condition>([
    { sql: `WINDOWSTART = ${start}`, keeps: (other) => at(other, 1) === start },
    {
      sql: `WINDOWSTART > ${start} AND WINDOWEND <= ${start + 30_000}`,
      keeps: (other) => at(other, 1) > start && at(other, 2) <= start + 30_000,
    },
    { sql: `${start + 10_000} >= WINDOWEND`, keeps: (other) => start + 10_000 >= at(other, 2) },
    {
      sql: `WINDOWSTART BETWEEN ${start - 5000} AND ${start}`,
      keeps: (other) => at(other, 1) >= start - 5000 && at(other, 1) <= start,
    },
  ]);
  return { sql: `${byKey.sql} AND ${bound.sql}`, keeps: (other) => byKey.keeps(other) && bound.keeps(other) };
}

/** The scenario with a pull query that asks for some of the rows of its table. */
export function withWhere(random: Random, scenario: Scenario): Scenario {
  const { columns, expected, kind } = scenario;
  if (kind === 'stream' || expected.length === 0) return scenario;
  const { sql, keeps } =
    (random.chance(0.4) ? lookup(random, scenario) : undefined) ?? condition(random, scenario);
  return {
    ...scenario,
    select: `SELECT ${columns.join(', ')} FROM r WHERE ${sql};`,
    expected: expected.filter(keeps),
  };
}
