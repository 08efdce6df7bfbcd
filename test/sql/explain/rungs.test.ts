import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../grammar/parse.ts';
import { printTree } from '../../../grammar/printer/tree.ts';
import { allAtOnce } from '../../../src/base/pieces.ts';
import { analyzeQuery } from '../../../src/sql/analysis/analyze-query.ts';
import type { AnalysisContext } from '../../../src/sql/analysis/session.ts';
import { Catalog } from '../../../src/sql/catalog/catalog.ts';
import { printBoundPlan, printLogicalPlan, printPhysicalPlan } from '../../../src/sql/explain/print-plan.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import type { LogicalNode } from '../../../src/sql/logical/nodes.ts';
import { planQuery } from '../../../src/sql/logical/plan-query.ts';
import { queryTopology } from '../../../src/sql/lowering/query-topology.ts';
import { optimize } from '../../../src/sql/optimizer/optimize.ts';
import type { JoinStep, Step } from '../../../src/sql/physical/steps.ts';
import { applyPlan } from '../../../src/sql/statements/plan-kinds.ts';
import { planStatement } from '../plan-statement.ts';
import { roundTrip } from '../../../src/sql/statements/plan-versions.ts';

const sources = `
  CREATE STREAM flights (id STRING KEY, origin STRING, delay INT, tags ARRAY<STRING>, place STRUCT<gate INT>)
    WITH (KAFKA_TOPIC='flights', FORMAT='JSON');
  CREATE STREAM weather (place STRING KEY, wind INT, measured BIGINT, trace BYTES HEADER('trace'))
    WITH (KAFKA_TOPIC='weather', VALUE_FORMAT='DELIMITED', TIMESTAMP='measured');
  CREATE STREAM visits (id STRING KEY, v INT)
    WITH (KAFKA_TOPIC='visits', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='1 MINUTE');
  CREATE TABLE airports (code STRING PRIMARY KEY, city STRING, country STRING)
    WITH (KAFKA_TOPIC='airports', VALUE_FORMAT='JSON');
  CREATE TABLE countries (name STRING PRIMARY KEY, people BIGINT)
    WITH (KAFKA_TOPIC='countries', VALUE_FORMAT='JSON');
`;

/** The queries whose rungs are held, by the names of their files in `rungs`. */
const QUERIES = {
  'filter-and-projection':
    'SELECT id, delay * 2 AS twice, UCASE(origin) AS o FROM flights WHERE delay > 5 * 2 AND LEN(origin) BETWEEN 2 AND 4',
  'headers-and-times': 'SELECT place, wind, trace, ROWTIME AS t FROM weather',
  'windowed-source': 'SELECT id, v + 1 AS v, WINDOWSTART AS ws FROM visits',
  'table-function': 'SELECT id, EXPLODE(tags) AS tag, EXPLODE(ARRAY[delay, 0]) AS d FROM flights',
  'another-key': 'SELECT * FROM flights PARTITION BY origin',
  'key-of-expressions': 'SELECT * FROM flights PARTITION BY delay + 1, place->gate',
  'no-key': 'SELECT * FROM weather PARTITION BY NULL',
  'groups-of-a-stream':
    'SELECT UCASE(origin) AS o, COUNT(*) AS n, SUM(delay + 1) AS s FROM flights GROUP BY UCASE(origin) HAVING COUNT(*) > 1',
  'groups-by-the-key': 'SELECT id, COUNT(*) AS n FROM flights GROUP BY id',
  'groups-of-a-table': 'SELECT country, COUNT(*) AS n FROM airports GROUP BY country',
  'groups-in-tumbling-windows':
    'SELECT origin, COUNT(*) AS n FROM flights WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 1 MINUTE) GROUP BY origin EMIT FINAL',
  'groups-in-hopping-windows':
    'SELECT origin, TOPK(delay, 3) AS top FROM flights WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 5 MINUTES) GROUP BY origin',
  'groups-in-sessions':
    'SELECT origin, WINDOWSTART AS ws, COUNT(*) AS n FROM flights WINDOW SESSION (1 MINUTE) GROUP BY origin',
  'table-projection': "SELECT code, UCASE(city) AS city FROM airports WHERE country = 'US'",
  'stream-stream-join':
    'SELECT f.id, f.origin, w.wind FROM flights f LEFT JOIN weather w WITHIN 1 HOUR ON f.origin = w.place',
  'stream-stream-full-join':
    'SELECT ROWKEY AS k, f.id, w.wind FROM flights f FULL JOIN weather w WITHIN (1 HOUR, 2 HOURS) GRACE PERIOD 5 MINUTES ON f.origin = w.place',
  'stream-stream-right-join':
    'SELECT w.place, f.id FROM flights f RIGHT JOIN weather w WITHIN 1 HOUR ON f.origin = w.place',
  'stream-table-join':
    "SELECT f.origin, f.id, a.city FROM flights f JOIN airports a ON f.origin = a.code WHERE f.delay > 10 AND a.country = 'US'",
  'table-table-join':
    'SELECT ROWKEY AS k, a.city, c.people FROM airports a FULL JOIN countries c ON a.code = c.name',
  'foreign-key-join':
    'SELECT a.code, a.city, c.people FROM airports a LEFT JOIN countries c ON a.country = c.name',
  'joins-of-three':
    'SELECT f.origin, w.wind, a.city FROM flights f JOIN weather w WITHIN 1 HOUR ON f.origin = w.place JOIN airports a ON f.origin = a.code',
  'join-under-another-key':
    'SELECT a.city, f.id, w.wind FROM flights f JOIN weather w WITHIN 1 HOUR ON f.origin = w.place JOIN airports a ON f.origin = a.code PARTITION BY a.city',
  'groups-of-a-join':
    'SELECT a.city, COUNT(*) AS n FROM flights f JOIN airports a ON f.origin = a.code GROUP BY a.city',
} as const;

const functions = builtInRegistry();

function contextOf(from: Catalog): AnalysisContext {
  return { catalog: from, functions, properties: {}, topics: new Map() };
}

const catalog = parseScript(sources).reduce((before, { statement, text }, queryNumber) => {
  const plan = planStatement({ statement, text, context: contextOf(before), queryNumber, queries: [] });
  if (plan === undefined) throw new Error('nothing was planned');
  return applyPlan(before, plan);
}, Catalog.empty);

interface Rungs {
  readonly syntax: string;
  readonly logical: string;
  readonly bound: string;
  readonly physical: string;
  readonly topology: string;
}

/** A query on each rung, from its text to its topology; logical nodes as they are optimized. */
function rungsOf(select: string): Rungs {
  const tables = ['GROUP BY', 'FROM airports'];
  const kind = tables.some((words) => select.includes(words)) ? 'TABLE' : 'STREAM';
  const text = `CREATE ${kind} o AS ${select};`;
  const [parsed] = parseScript(text);
  if (parsed?.statement.kind !== 'CreateSourceAs') throw new Error('no query');
  const { statement } = parsed;
  const context = contextOf(catalog);
  const sink = { name: statement.name, kind: statement.sourceKind };
  const logical = optimize(
    planQuery({ query: analyzeQuery(statement.query, context), context, sink }),
    context,
  );
  const plan = planStatement({ statement, text, context, queryNumber: 0, queries: [] });
  if (plan?.kind !== 'createAs') throw new Error('no query');
  return {
    syntax: allAtOnce(printTree(statement.query)),
    logical: printLogicalPlan(logical),
    bound: printBoundPlan(logical),
    physical: printPhysicalPlan(plan.query.root),
    topology: queryTopology(roundTrip(plan.query), { analysis: context }).describe(),
  };
}

const all: ReadonlyMap<string, Rungs> = new Map(
  Object.entries(QUERIES).map(([name, select]) => [name, rungsOf(select)]),
);

describe.each(Object.entries(QUERIES))('the rungs of %s', (name, select) => {
  it('are those of its file', async () => {
    const rungs = Object.entries(rungsOf(select)).map(([rung, text]) => `--- ${rung}\n${text.trimEnd()}\n`);
    const file = path.join(import.meta.dirname, 'rungs', `${name}.txt`);
    await expect(`${select}\n\n${rungs.join('\n')}`).toMatchFileSnapshot(file);
  });
});

/** Every kind is here, or it does not compile. */
const NODES = {
  Source: true,
  Filter: true,
  FlatMap: true,
  PartitionBy: true,
  Join: true,
  Aggregate: true,
  Project: true,
} satisfies Record<LogicalNode['node'], true>;

const STEPS = {
  source: true,
  filter: true,
  project: true,
  flatMap: true,
  partitionBy: true,
  keyBy: true,
  aggregate: true,
  join: true,
  sink: true,
} satisfies Record<Step['step'], true>;

const JOINS = {
  'stream-stream': true,
  'stream-table': true,
  'table-table': true,
  'foreign-key': true,
} satisfies Record<JoinStep['kind'], true>;

const JOIN_TYPES = {
  INNER: true,
  LEFT: true,
  RIGHT: true,
  OUTER: true,
} satisfies Record<JoinStep['type'], true>;

describe('the files hold', () => {
  const on = (rung: keyof Rungs): string => [...all.values()].map((rungs) => rungs[rung]).join('\n');

  it.each(Object.keys(NODES))('a logical node %s, with its expressions', (kind) => {
    expect(on('logical')).toMatch(new RegExp(`^ *> ${kind} `, 'm'));
    expect(on('bound')).toMatch(new RegExp(`^ *> ${kind} `, 'm'));
  });

  it.each(Object.keys(STEPS))('a step %s', (kind) => {
    expect(on('physical')).toMatch(new RegExp(`^ *> ${kind} `, 'm'));
  });

  it.each(Object.keys(JOINS))('a join of the kind %s', (kind) => {
    expect(on('physical')).toMatch(new RegExp(`^ *> join \\S+ ${kind} `, 'm'));
  });

  it.each(Object.keys(JOIN_TYPES))('a join that is %s', (type) => {
    expect(on('physical')).toMatch(new RegExp(`^ *> join \\S+ \\S+ ${type}`, 'm'));
  });
});
