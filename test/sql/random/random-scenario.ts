import { type AggregateTerm, aggregateTerm, type Value } from './random-aggregates.ts';
import type { Random } from './random.ts';
import { type Facts, numberTerm, orNull, passes, type Term, truthTerm } from './random-terms.ts';

export interface Input {
  readonly topic: string;
  readonly key: string;
  readonly row: Facts | null;
  readonly timestamp: number;
}

/** Statements, records, and what the result holds in the end by an evaluator of its own. */
export interface Scenario {
  readonly statements: readonly string[];
  readonly inputs: readonly Input[];
  /** Of a table: its rows in any order. Of a stream: all its rows, in order. */
  readonly select: string;
  readonly kind: 'table' | 'stream';
  /** Of a row of the result. */
  readonly columns: readonly string[];
  /** How many of them are its key, its window's bounds among them. */
  readonly keyColumns: number;
  readonly expected: readonly (readonly Value[])[];
  /** The result does not depend on how the topics are partitioned. */
  readonly canBePartitioned: boolean;
  /** A group of a table has lost all its rows: whether it was ever seen depends on what the cache has put together. */
  readonly hasEmptyGroups?: boolean;
}

const COLUMNS = 'i INTEGER, j INTEGER, s STRING';

function source(kind: 'STREAM' | 'TABLE', name: string): string {
  const key = kind === 'TABLE' ? 'PRIMARY KEY' : 'KEY';
  return `CREATE ${kind} ${name} (k STRING ${key}, ${COLUMNS}) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON');`;
}

const NUMBERS = [null, 0, 1, 2, 3, 5, -1, -4, 10, 2_147_483_647, -2_147_483_648] as const;

function randomInputs(
  random: Random,
  topics: readonly string[],
  { tombstones }: { readonly tombstones: boolean },
): Input[] {
  let timestamp = 0;
  return Array.from({ length: 5 + random.below(30) }, () => {
    timestamp += random.below(4000);
    const row = {
      i: random.of(NUMBERS),
      j: random.of(NUMBERS),
      s: random.of([null, 'red', 'green', 'blue', '']),
    };
    return {
      topic: random.of(topics),
      key: random.of(['a', 'b', 'c', 'd', 'e']),
      row: tombstones && random.chance(0.15) ? null : row,
      timestamp,
    };
  });
}

/** What a table holds after its records: rows in the order of their keys' first appearance. */
function tableOf(inputs: readonly Input[], topic: string): ReadonlyMap<string, Facts> {
  const rows = new Map<string, Facts>();
  for (const input of inputs) {
    if (input.topic !== topic) continue;
    if (input.row === null) rows.delete(input.key);
    else rows.set(input.key, input.row);
  }
  return rows;
}

export function randomScenario(random: Random): Scenario {
  return random.of([
    projection,
    aggregation,
    tableAggregation,
    windowed,
    tableJoin,
    foreignKeyJoin,
    streamTableJoin,
  ])(random);
}

function projection(random: Random): Scenario {
  const kind = random.of(['STREAM', 'TABLE'] as const);
  const columns = [numberTerm(random), numberTerm(random)];
  const where = truthTerm(random);
  const inputs = randomInputs(random, ['t'], { tombstones: kind === 'TABLE' });
  const result = (key: string, row: Facts): readonly Value[] => [
    key,
    ...columns.map((term) => orNull(term, row)),
  ];
  const rows: readonly (readonly [string, Facts])[] =
    kind === 'TABLE'
      ? [...tableOf(inputs, 't')]
      : inputs.flatMap(({ key, row }) => (row === null ? [] : [[key, row] as const]));
  const select = columns.map(({ sql }, index) => `${sql} AS c${index}`).join(', ');
  return {
    statements: [source(kind, 't'), `CREATE ${kind} r AS SELECT k, ${select} FROM t WHERE ${where.sql};`],
    inputs,
    select: kind === 'TABLE' ? 'SELECT * FROM r;' : 'SELECT * FROM r EMIT CHANGES;',
    kind: kind === 'TABLE' ? 'table' : 'stream',
    columns: ['K', 'C0', 'C1'],
    keyColumns: 1,
    expected: rows.filter(([, row]) => passes(where, row)).map(([key, row]) => result(key, row)),
    canBePartitioned: true,
  };
}

interface Grouping {
  readonly sql: string;
  readonly of: (input: { readonly key: string; readonly row: Facts }) => string | number | null;
}

function grouping(random: Random): Grouping {
  const term = numberTerm(random, 1);
  return random.of<Grouping>([
    { sql: 'k', of: ({ key }) => key },
    { sql: 's', of: ({ row }) => row.s },
    {
      sql: term.sql === 'I' || term.sql === 'J' ? term.sql : `(${term.sql})`,
      of: ({ row }) => orNull(term, row),
    },
  ]);
}

const selectOf = (aggregates: readonly AggregateTerm[]): string =>
  aggregates.map(({ sql }, index) => `${sql} AS c${index}`).join(', ');

/** A literal is no key: it is selected as it is written. */
const isColumnLike = ({ sql }: Grouping): boolean => /[A-Za-z]/.test(sql);

function aggregation(random: Random): Scenario {
  const by = grouping(random);
  if (!isColumnLike(by)) return aggregation(random);
  const aggregates = [aggregateTerm(random, false), aggregateTerm(random, false)];
  const where = truthTerm(random, 2);
  const least = random.chance(0.3) ? random.below(3) : undefined;
  const inputs = randomInputs(random, ['t'], { tombstones: false });
  const groups = new Map<string | number, Facts[]>();
  for (const { key, row } of inputs) {
    if (row === null || !passes(where, row)) continue;
    const group = by.of({ key, row });
    if (group === null) continue;
    const rows = groups.get(group);
    if (rows === undefined) groups.set(group, [row]);
    else rows.push(row);
  }
  const having = least === undefined ? '' : ` HAVING COUNT(*) > ${least}`;
  return {
    statements: [
      source('STREAM', 't'),
      `CREATE TABLE r AS SELECT ${by.sql} AS g, ${selectOf(aggregates)} FROM t WHERE ${where.sql} GROUP BY ${by.sql}${having};`,
    ],
    inputs,
    select: 'SELECT * FROM r;',
    kind: 'table',
    columns: ['G', 'C0', 'C1'],
    keyColumns: 1,
    expected: [...groups]
      .filter(([, rows]) => rows.length > (least ?? 0))
      .map(([group, rows]) => [group, ...aggregates.map(({ over }) => over(rows))]),
    canBePartitioned: aggregates.every(({ isOrdered }) => !isOrdered),
  };
}

function tableAggregation(random: Random): Scenario {
  const by = grouping(random);
  if (!isColumnLike(by) || by.sql === 'k') return tableAggregation(random);
  const aggregates = [aggregateTerm(random, true), aggregateTerm(random, true)];
  const inputs = randomInputs(random, ['t'], { tombstones: true });
  // A group that had a row once stays, with what an aggregate of nothing is.
  const everSeen = inputs.flatMap(({ key, row }) => (row === null ? [] : [by.of({ key, row })]));
  const groups = new Map<string | number, Facts[]>(
    everSeen.filter((group) => group !== null).map((group) => [group, []]),
  );
  for (const [key, row] of tableOf(inputs, 't')) {
    const group = by.of({ key, row });
    if (group !== null) groups.get(group)?.push(row);
  }
  return {
    statements: [
      source('TABLE', 't'),
      `CREATE TABLE r AS SELECT ${by.sql} AS g, ${selectOf(aggregates)} FROM t GROUP BY ${by.sql};`,
    ],
    inputs,
    select: 'SELECT * FROM r;',
    kind: 'table',
    columns: ['G', 'C0', 'C1'],
    keyColumns: 1,
    expected: [...groups].map(([group, rows]) => [group, ...aggregates.map(({ over }) => over(rows))]),
    canBePartitioned: true,
    hasEmptyGroups: [...groups.values()].some((rows) => rows.length === 0),
  };
}

function windowed(random: Random): Scenario {
  const by = grouping(random);
  if (!isColumnLike(by)) return windowed(random);
  const aggregates = [aggregateTerm(random, false), aggregateTerm(random, false)];
  const size = 10_000;
  const advance = random.of([size, 5_000, 4_000]);
  const inputs = randomInputs(random, ['t'], { tombstones: false });
  const groups = new Map<string, { readonly key: readonly Value[]; readonly rows: Facts[] }>();
  for (const { key, row, timestamp } of inputs) {
    if (row === null) continue;
    const group = by.of({ key, row });
    if (group === null) continue;
    for (
      let start = timestamp - (timestamp % advance);
      start >= 0 && start > timestamp - size;
      start -= advance
    ) {
      const id = JSON.stringify([group, start]);
      const found = groups.get(id);
      if (found === undefined) groups.set(id, { key: [group, start, start + size], rows: [row] });
      else found.rows.push(row);
    }
  }
  const window =
    advance === size
      ? 'TUMBLING (SIZE 10 SECONDS)'
      : `HOPPING (SIZE 10 SECONDS, ADVANCE BY ${advance / 1000} SECONDS)`;
  return {
    statements: [
      source('STREAM', 't'),
      `CREATE TABLE r AS SELECT ${by.sql} AS g, ${selectOf(aggregates)} FROM t WINDOW ${window} GROUP BY ${by.sql};`,
    ],
    inputs,
    select: 'SELECT * FROM r;',
    kind: 'table',
    columns: ['G', 'WINDOWSTART', 'WINDOWEND', 'C0', 'C1'],
    keyColumns: 3,
    expected: [...groups.values()].map(({ key, rows }) => [
      ...key,
      ...aggregates.map(({ over }) => over(rows)),
    ]),
    canBePartitioned: aggregates.every(({ isOrdered }) => !isOrdered),
  };
}

function tableJoin(random: Random): Scenario {
  const type = random.of(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'] as const);
  const inputs = randomInputs(random, ['t', 'u'], { tombstones: true });
  const [left, right] = [tableOf(inputs, 't'), tableOf(inputs, 'u')];
  const keys = [...new Set([...left.keys(), ...right.keys()])].filter((key) => {
    const [isLeft, isRight] = [left.has(key), right.has(key)];
    if (type === 'JOIN') return isLeft && isRight;
    if (type === 'LEFT JOIN') return isLeft;
    return type === 'FULL JOIN' || isRight;
  });
  const key = { JOIN: 't.k', 'LEFT JOIN': 't.k', 'RIGHT JOIN': 'u.k', 'FULL JOIN': 'ROWKEY' }[type];
  return {
    statements: [
      source('TABLE', 't'),
      source('TABLE', 'u'),
      `CREATE TABLE r AS SELECT ${key} AS k, t.i AS a, u.j AS b, t.i + u.j AS c FROM t ${type} u ON t.k = u.k;`,
    ],
    inputs,
    select: 'SELECT * FROM r;',
    kind: 'table',
    columns: ['K', 'A', 'B', 'C'],
    keyColumns: 1,
    expected: keys.map((each) => {
      const [i, j] = [left.get(each)?.i ?? null, right.get(each)?.j ?? null];
      return [each, i, j, i === null || j === null ? null : (i + j) | 0];
    }),
    canBePartitioned: true,
  };
}

function foreignKeyJoin(random: Random): Scenario {
  const type = random.of(['JOIN', 'LEFT JOIN'] as const);
  const inputs = randomInputs(random, ['t', 'u'], { tombstones: true }).map((input) =>
    input.topic === 'u' ? { ...input, key: random.of(['red', 'green', 'blue']) } : input,
  );
  const right = tableOf(inputs, 'u');
  const rows = [...tableOf(inputs, 't')].flatMap(([key, { i, s }]): (readonly Value[])[] => {
    const found = s === null ? undefined : right.get(s);
    return found === undefined && type === 'JOIN' ? [] : [[key, i, found?.j ?? null]];
  });
  return {
    statements: [
      source('TABLE', 't'),
      source('TABLE', 'u'),
      `CREATE TABLE r AS SELECT t.k AS k, t.i AS a, u.j AS b FROM t ${type} u ON t.s = u.k;`,
    ],
    inputs,
    select: 'SELECT * FROM r;',
    kind: 'table',
    columns: ['K', 'A', 'B'],
    keyColumns: 1,
    expected: rows,
    canBePartitioned: true,
  };
}

function streamTableJoin(random: Random): Scenario {
  const type = random.of(['JOIN', 'LEFT JOIN'] as const);
  const where: Term<boolean> = truthTerm(random, 1);
  const inputs = randomInputs(random, ['t', 'u'], { tombstones: true }).filter(
    ({ topic, row }) => topic === 'u' || row !== null,
  );
  const table = new Map<string, Facts>();
  const expected: (readonly Value[])[] = [];
  for (const { topic, key, row } of inputs) {
    if (topic === 'u') {
      if (row === null) table.delete(key);
      else table.set(key, row);
    } else if (row !== null) {
      const found = table.get(key);
      if (found === undefined && type === 'JOIN') continue;
      if (passes(where, row)) expected.push([key, row.i, found?.j ?? null]);
    }
  }
  const condition = where.sql.replaceAll(/\b([IJS])\b(?!')/g, 't.$1');
  return {
    statements: [
      source('STREAM', 't'),
      source('TABLE', 'u'),
      `CREATE STREAM r AS SELECT t.k AS k, t.i AS a, u.j AS b FROM t ${type} u ON t.k = u.k WHERE ${condition};`,
    ],
    inputs,
    select: 'SELECT * FROM r EMIT CHANGES;',
    kind: 'stream',
    columns: ['K', 'A', 'B'],
    keyColumns: 1,
    expected,
    canBePartitioned: false,
  };
}
