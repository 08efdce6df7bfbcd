import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../grammar/parse.ts';
import { analyzeQuery } from '../../../src/sql/analysis/analyze-query.ts';
import type { AnalysisContext } from '../../../src/sql/analysis/session.ts';
import { Catalog } from '../../../src/sql/catalog/catalog.ts';
import { applyPlan } from '../../../src/sql/statements/plan-kinds.ts';
import { planStatement } from '../plan-statement.ts';
import { printBoundPlan, printLogicalPlan, printPhysicalPlan } from '../../../src/sql/explain/print-plan.ts';
import { readPlan, roundTrip } from '../../../src/sql/statements/plan-versions.ts';
import { sourceOf } from '../../../src/sql/catalog/source-record.ts';
import type { StatementPlan } from '../../../src/sql/statements/statement-plan.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { planQuery } from '../../../src/sql/logical/plan-query.ts';
import { lower } from '../../../src/sql/lowering/lower.ts';
import { StreamsBuilder } from '../../../src/streams/builder/streams-builder.ts';

const sources = `
  CREATE STREAM flights (id STRING KEY, origin STRING, delay INT, tags ARRAY<STRING>)
    WITH (KAFKA_TOPIC='flights', VALUE_FORMAT='JSON');
  CREATE TABLE airports (code STRING PRIMARY KEY, city STRING) WITH (KAFKA_TOPIC='airports', FORMAT='JSON');
  CREATE STREAM weather (k INT KEY, place STRING) WITH (KAFKA_TOPIC='weather', VALUE_FORMAT='JSON');
`;

const functions = builtInRegistry();

function contextOf(catalog: Catalog): AnalysisContext {
  return { catalog, functions, properties: {}, topics: new Map() };
}

function planAll(script: string): { readonly catalog: Catalog; readonly plans: readonly StatementPlan[] } {
  let catalog = Catalog.empty;
  const plans = parseScript(script).map(({ statement, text }, queryNumber) => {
    const plan = planStatement({ statement, text, context: contextOf(catalog), queryNumber, queries: [] });
    if (plan === undefined) throw new Error('nothing was planned');
    catalog = applyPlan(catalog, plan);
    return plan;
  });
  return { catalog, plans };
}

function explain(text: string): {
  readonly logical: string;
  readonly bound: string;
  readonly physical: string;
  readonly topology: string;
} {
  const { catalog, plans } = planAll(`${sources}${text}`);
  const last = plans.at(-1);
  const statement = parseScript(text)[0]?.statement;
  if (
    last === undefined ||
    !('query' in last) ||
    last.query === undefined ||
    statement?.kind !== 'CreateSourceAs'
  ) {
    throw new Error('no query');
  }
  const context = contextOf(catalog);
  const sink = { name: statement.name };
  const builder = new StreamsBuilder();
  lower(roundTrip(last.query).root, { builder, analysis: context });
  const node = planQuery({ query: analyzeQuery(statement.query, context), context, sink });
  return {
    logical: printLogicalPlan(node),
    bound: printBoundPlan(node),
    physical: printPhysicalPlan(last.query.root),
    topology: builder.build().describe(),
  };
}

describe('the ladder', () => {
  it('numbers the stores of joins as ksqlDB does', () => {
    const both = explain(
      'CREATE STREAM o AS SELECT f.origin, w.k FROM flights f JOIN weather w WITHIN 1 HOUR ON f.origin = w.place;',
    );
    // Each side: its source, its columns, its alias, the key, and three for the repartition topic.
    expect(both.topology).toContain('KSTREAM-JOINTHIS-0000000016-store');
    const three = explain(
      'CREATE STREAM o AS SELECT f.origin, w.k, a.city FROM flights f JOIN weather w WITHIN 1 HOUR ON f.origin = w.place ' +
        'JOIN airports a ON f.origin = a.code;',
    );
    // The table comes first: a name for its store, two for its source, two for its columns, one for its alias; and six
    // for the topic and store in the key format of the join.
    expect(three.topology).toContain('KSTREAM-JOINTHIS-0000000028-store');
  });

  it('filters and projects', () => {
    const { logical, physical, topology } = explain(
      'CREATE STREAM late AS SELECT id, delay * 2 AS d FROM flights WHERE delay > 10;',
    );
    expect(`\n${logical}\n`).toBe(`
> Project Project (DELAY * 2) AS D, key [ID STRING]
  > Filter WhereFilter (DELAY > 10)
    > Source KsqlTopic STREAM FLIGHTS AS FLIGHTS, key [ID STRING]
`);
    expect(`\n${physical}\n`).toBe(`
> sink LATE topic LATE, key KAFKA, value JSON
  > project Project (DELAY * 2) AS D
    > filter WhereFilter (DELAY > 10)
      > source KsqlTopic topic flights, key KAFKA, value JSON, not read: ORIGIN, TAGS
`);
    expect(topology).toContain('Processor: WhereFilter (stores: [])');
  });

  it('joins a stream with a table, by a column that is not its key', () => {
    const { logical, physical, topology } = explain(
      'CREATE STREAM placed AS SELECT f.origin, f.id, a.city FROM flights f LEFT JOIN airports a ON f.origin = a.code;',
    );
    expect(`\n${logical}\n`).toBe(`
> Project Project F_ID AS ID, A_CITY AS CITY, key [ORIGIN STRING]
  > Join Join LEFT, key [F_ORIGIN STRING]
    > Source KafkaTopic_Left STREAM FLIGHTS AS F, key [F_ID STRING]
    > Source KafkaTopic_Right TABLE AIRPORTS AS A, key [A_CODE STRING]
`);
    expect(`\n${physical}\n`).toBe(`
> sink PLACED topic PLACED, key KAFKA, value JSON
  > project Project F_ID AS ID, A_CITY AS CITY
    > join Join stream-table LEFT
      > keyBy LeftSourceKeyed F_ORIGIN, key JSON
        > source KafkaTopic_Left topic flights, key KAFKA, value JSON, not read: DELAY, TAGS
      > source KafkaTopic_Right topic airports, key JSON, value JSON, kept in KafkaTopic_Right-Reduce
`);
    expect(topology).toContain('Join-repartition');
  });

  it('aggregates by windows', () => {
    const { logical, physical, topology } = explain(
      'CREATE TABLE n AS SELECT origin, COUNT(*) AS n FROM flights WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY origin HAVING COUNT(*) > 1;',
    );
    expect(`\n${logical}\n`).toBe(`
> Project Aggregate-Project KSQL_AGG_VARIABLE_0 AS N, key [ORIGIN STRING]
  > Filter Aggregate-HavingFilter (KSQL_AGG_VARIABLE_0 > 1)
    > Aggregate Aggregate COUNT(*) AS KSQL_AGG_VARIABLE_0, by ORIGIN, TUMBLING windows of 3600000 ms
      > Source KsqlTopic STREAM FLIGHTS AS FLIGHTS, key [ID STRING]
`);
    expect(physical).toContain(
      'by ORIGIN, TUMBLING windows of 3600000 ms, repartitioned, kept in Aggregate-Aggregate-Materialize',
    );
    expect(topology).toContain('Aggregate-GroupBy-repartition');
  });

  it.each([
    [
      'HOPPING (SIZE 1 HOUR, ADVANCE BY 5 MINUTES)',
      'EMIT CHANGES',
      'HOPPING windows of 3600000 ms every 300000 ms',
    ],
    [
      'SESSION (1 MINUTE, RETENTION 1 DAY)',
      'EMIT CHANGES',
      'SESSION windows with gaps of 60000 ms, retention 86400000 ms',
    ],
    [
      'TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 10 SECONDS)',
      'EMIT FINAL',
      'TUMBLING windows of 60000 ms, grace 10000 ms, final results',
    ],
  ])('says how long windows are: %s %s', (window, emit, shown) => {
    const { logical, physical } = explain(
      `CREATE TABLE n AS SELECT origin, COUNT(*) AS n FROM flights WINDOW ${window} GROUP BY origin ${emit};`,
    );
    expect(logical).toContain(shown);
    expect(physical).toContain(shown);
  });

  it('joins streams and makes up a key where there is none', () => {
    const { logical } = explain(
      'CREATE STREAM j AS SELECT ROWKEY AS k, id, place FROM flights FULL JOIN weather WITHIN 1 HOUR GRACE PERIOD 5 MINUTES ON origin = place;',
    );
    expect(logical).toContain(
      '> Join Join OUTER, key [ROWKEY STRING], within 3600000 ms before, 3600000 ms after, grace 300000 ms',
    );
  });
});

describe('the expressions of a plan', () => {
  it('are positions in the rows of each step, with their types and conversions', () => {
    const { bound } = explain(
      'CREATE STREAM late AS SELECT id, delay * 1.5e0 AS d, UCASE(origin) AS o FROM flights WHERE LEN(origin) BETWEEN 2 AND 4;',
    );
    expect(`\n${bound}\n`).toBe(`
> Project Project
    D: Arithmetic * DOUBLE
      Cast DOUBLE
        Column DELAY (1) INTEGER
      Constant 1.5 DOUBLE
    O: Call UCASE STRING
      Column ORIGIN (0) STRING
  > Filter WhereFilter
      condition: Let LEN(ORIGIN) BOOLEAN
        Call LEN INTEGER
          Column ORIGIN (0) STRING
        Logical AND BOOLEAN
          Comparison >= primitive BOOLEAN
            Parameter LEN(ORIGIN) INTEGER
            Constant 2 INTEGER
          Comparison <= primitive BOOLEAN
            Parameter LEN(ORIGIN) INTEGER
            Constant 4 INTEGER
    > Source KsqlTopic
`);
  });

  it('are those of groups, whatever else is selected under their names', () => {
    const { catalog } = planAll(sources);
    const [parsed] = parseScript(
      'SELECT origin AS id, UCASE(id) AS upper, COUNT(*) AS n FROM flights GROUP BY origin, id EMIT CHANGES;',
    );
    if (parsed?.statement.kind !== 'QueryStatement') throw new Error('no query');
    const context = contextOf(catalog);
    const node = planQuery({ query: analyzeQuery(parsed.statement.query, context), context });
    expect(printBoundPlan(node)).toContain(`> Project Aggregate-Project
    ID: Column ID (1) STRING
    UPPER: Call UCASE STRING
      Column ID_1 (2) STRING`);
  });

  it('of joins, groups and table functions', () => {
    expect(
      explain(
        'CREATE STREAM placed AS SELECT f.origin, f.id, a.city FROM flights f LEFT JOIN airports a ON f.origin = a.code;',
      ).bound,
    ).toBe(`> Project Project
    ID: Column F_ID (6) STRING
    CITY: Column A_CITY (7) STRING
  > Join Join
      left key: Column F_ORIGIN (0) STRING
    > Source KafkaTopic_Left
    > Source KafkaTopic_Right`);
    expect(
      explain(
        'CREATE TABLE n AS SELECT UCASE(origin) AS o, SUM(delay) AS s FROM flights GROUP BY UCASE(origin);',
      ).bound,
    ).toBe(`> Project Aggregate-Project
    S: Column KSQL_AGG_VARIABLE_0 (0) INTEGER
  > Aggregate Aggregate
      key: Call UCASE STRING
        Column ORIGIN (0) STRING
      KSQL_AGG_VARIABLE_0: Column DELAY (1) INTEGER
    > Source KsqlTopic`);
    expect(
      explain('CREATE STREAM e AS SELECT id, EXPLODE(tags) AS tag FROM flights;').bound,
    ).toBe(`> Project Project
    TAG: Column KSQL_SYNTH_0 (7) STRING
  > FlatMap FlatMap
      KSQL_SYNTH_0: Column TAGS (2) ARRAY<STRING>
    > Source KsqlTopic`);
  });
});

describe('plans', () => {
  const script = `${sources}
    CREATE TYPE address AS STRUCT<street STRING>;
    CREATE TABLE n AS SELECT origin, COUNT(*) AS n, COLLECT_LIST(delay) AS l FROM flights WINDOW SESSION (5 MINUTES) GROUP BY origin;
    CREATE STREAM e AS SELECT id, EXPLODE(tags) AS tag FROM flights PARTITION BY id;
    INSERT INTO e SELECT id, origin AS tag FROM flights;
    DROP STREAM weather DELETE TOPIC;`;

  it('say the same after they were written down and read', () => {
    const { plans } = planAll(script);
    for (const plan of plans) expect(readPlan(roundTrip(plan))).toEqual(plan);
  });

  it('make the same catalog when they are replayed', () => {
    const { plans, catalog } = planAll(script);
    let replayed = Catalog.empty;
    for (const plan of plans) replayed = applyPlan(replayed, roundTrip(plan));
    const shown = (from: Catalog): readonly string[] =>
      from
        .sources()
        .map(
          ({ name, kind, schema, topic }) =>
            `${kind} ${name} (${schema.toString()}) ${JSON.stringify(topic)}`,
        );
    expect(shown(replayed)).toEqual(shown(catalog));
    expect(shown(replayed)).toHaveLength(4);
    expect([...replayed.types().keys()]).toEqual(['ADDRESS']);
  });

  it('of another version are refused', () => {
    const { plans } = planAll(script);
    for (const plan of plans) {
      const later = { ...plan, version: 99 };
      expect(() => readPlan(later)).toThrow('unknown version of a query plan: 99');
    }
  });

  it('give schemas to their sinks', () => {
    const { plans } = planAll(script);
    const made = plans.flatMap((plan) => (plan.kind === 'createAs' ? [sourceOf(plan.source)] : []));
    expect(made.map(({ schema }) => schema.toString())).toEqual([
      '`ORIGIN` STRING KEY, `N` BIGINT, `L` ARRAY<INTEGER>',
      '`ID` STRING KEY, `TAG` STRING',
    ]);
    expect(made[0]?.topic.keyFormat.window).toEqual({ type: 'SESSION' });
  });
});

describe('mistakes', () => {
  const failing = (text: string): string => {
    try {
      planAll(`${sources}${text}`);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    throw new Error('it was planned');
  };

  it.each([
    [
      'CREATE TABLE x AS SELECT origin AS id, COUNT(*) AS n FROM flights GROUP BY origin, id;',
      'must include the grouping expression ID in its projection (eg, SELECT ID...)',
    ],
    ['CREATE STREAM x AS SELECT * FROM flight;', 'FLIGHT does not exist.'],
    ['CREATE STREAM x AS SELECT id, delays FROM flights;', "SELECT column 'DELAYS' cannot be resolved."],
    [
      'CREATE TABLE x AS SELECT id, delay FROM flights;',
      'Please use CREATE STREAM AS SELECT statement instead.',
    ],
    ['CREATE STREAM x AS SELECT delay FROM flights;', 'must include the key column ID in its projection'],
    [
      "CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='x', VALUE_FROMAT='JSON');",
      'Invalid config variable(s) in the WITH clause: VALUE_FROMAT',
    ],
    ['INSERT INTO airports SELECT * FROM flights;', 'INSERT INTO can only be used to insert into a stream.'],
    ['CREATE STREAM flights AS SELECT * FROM weather;', 'A stream with the same name already exists'],
    ['DROP TABLE flights;', 'Incompatible data source type is STREAM'],
    [
      'CREATE STREAM x AS SELECT * FROM flights f JOIN weather w ON f.origin = w.place;',
      'must have a WITHIN clause',
    ],
    [
      'CREATE STREAM x AS SELECT f.id FROM flights f JOIN airports a ON f.delay = a.code;',
      "types don't match",
    ],
  ])('%s', (text, message) => {
    expect(failing(text)).toContain(message);
  });
});
