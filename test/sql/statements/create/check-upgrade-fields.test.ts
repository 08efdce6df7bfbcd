import { describe, expect, it } from 'vitest';
import { inputsOf, type QueryPlan, type Step } from '../../../../src/sql/physical/steps.ts';
import { checkUpgrade } from '../../../../src/sql/statements/create/check-upgrade.ts';
import { engineAfter } from '../../engine-after.ts';

/**
 * Each field of each step that CREATE OR REPLACE compares, and what it is told of by: every one of them is changed alone.
 * What other checks refuse before (the sink's topic, formats and time) is compared here as well: INSERT has no source.
 */
const compared: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  source: {
    output: 'class',
    id: 'properties',
    store: 'properties',
    topic: 'topicName',
    formats: 'formats',
    timestamp: 'timestampColumn',
    keyColumns: 'key columns',
    headers: 'headers',
  },
  flatMap: { output: 'class', id: 'properties', calls: 'table functions' },
  partitionBy: { output: 'class', id: 'properties', keys: 'keyExpressions' },
  project: { keyPositions: 'key columns' },
  aggregate: {
    output: 'class',
    id: 'properties',
    store: 'properties',
    formats: 'internal format',
    emitFinal: 'properties',
    calls: 'aggregate functions',
    groupBy: 'columns not part of aggregate',
    rekey: 'class',
  },
  sink: {
    output: 'class',
    id: 'properties',
    formats: 'formats',
    topic: 'topicName',
    timestamp: 'timestampColumn',
  },
};

/** Fields that an upgrade may change: nothing that was kept or written depends on them. */
const free: Readonly<Record<string, readonly string[]>> = {
  source: ['alias', 'source', 'schema', 'unread'],
  flatMap: ['schema'],
  partitionBy: ['schema', 'keyPlaces'],
  project: ['columns', 'id', 'schema'],
  aggregate: ['schema'],
  sink: ['schema'],
};

const script = `
  CREATE STREAM s (id INT KEY, v INT, t BIGINT, l ARRAY<INT>, h BYTES HEADER('h'))
    WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', TIMESTAMP='t');
  CREATE STREAM two (a INT KEY, b INT KEY, v INT) WITH (KAFKA_TOPIC='two', FORMAT='JSON');
  CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`;

const statements = [
  "CREATE STREAM r WITH (TIMESTAMP='t') AS SELECT v, id, t, EXPLODE(l) AS e FROM s PARTITION BY v;",
  "CREATE STREAM r WITH (KEY_FORMAT='JSON') AS SELECT t, v, id FROM s PARTITION BY v, t;",
  "CREATE TABLE r WITH (KEY_FORMAT='JSON') AS SELECT v, id, COUNT(*) AS c FROM s GROUP BY v, id;",
  "SET 'ksql.new.query.planner.enabled' = 'true'; CREATE STREAM r AS SELECT b, a, v FROM two;",
  'CREATE TABLE r AS SELECT id, v FROM t WHERE v > 1;',
];

async function planOf(statement: string): Promise<QueryPlan> {
  const {
    queries: [plan],
  } = await engineAfter(script + statement);
  if (plan === undefined) throw new Error('no query');
  return plan;
}

const stepsOf = (step: Step): readonly Step[] => [step, ...inputsOf(step).flatMap(stepsOf)];

/** Another value of the same shape. */
function changed(field: string, value: unknown): unknown {
  if (field === 'output') return value === 'STREAM' ? 'TABLE' : 'STREAM';
  if (field === 'calls') return (value as readonly object[]).map((call) => ({ ...call, name: 'OTHER' }));
  if (field === 'groupBy') {
    const tree = { kind: 'Constant', type: 'INTEGER', value: 1 };
    return (value as readonly object[]).map((each) => ({ ...each, tree }));
  }
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}-other`;
  if (Array.isArray(value))
    return [...(value as readonly unknown[]), { name: 'OTHER', type: 'INTEGER', text: 'OTHER' }];
  return { ...(value as object), other: 'other' };
}

function withField(root: Step, wanted: Step, field: string): Step {
  if (root === wanted) {
    return { ...root, [field]: changed(field, root[field as keyof Step]) } as Step;
  }
  if (!('input' in root)) return root;
  return { ...root, input: withField(root.input, wanted, field) };
}

const plans = await Promise.all(
  statements.map(async (statement) => [statement, await planOf(statement)] as const),
);

const places = plans.flatMap(([statement, plan]) =>
  stepsOf(plan.root).flatMap((step) => Object.keys(step).map((field) => ({ statement, plan, step, field }))),
);

describe('a query is not replaced by one that differs in', () => {
  it.each(
    places.flatMap((place) => {
      const told = compared[place.step.step]?.[place.field];
      return told === undefined ? [] : [{ ...place, told, kind: place.step.step }];
    }),
  )('$field of $kind: $statement', ({ plan, step, field, told }) => {
    const other = { ...plan, root: withField(plan.root, step, field) };
    expect(() => checkUpgrade(plan, plan)).not.toThrow();
    expect(() => checkUpgrade(plan, other)).toThrow(`must have matching ${told}. Values differ`);
  });

  it('each field that is compared of each step', () => {
    const seen = new Set(places.map(({ step, field }) => `${step.step}.${field}`));
    const listed = Object.entries(compared).flatMap(([step, fields]) =>
      Object.keys(fields).map((field) => `${step}.${field}`),
    );
    expect(listed.filter((each) => !seen.has(each))).toEqual([]);
  });
});

describe('a query may be replaced by one that differs in', () => {
  it.each(plans)('the texts of its expressions: %s', (_, plan) => {
    const text = JSON.stringify(plan.root, (key, value: unknown) => (key === 'text' ? 'other' : value));
    const root: Step = JSON.parse(text);
    expect(() => checkUpgrade(plan, { ...plan, root })).not.toThrow();
  });

  it.each(
    places
      .filter(({ step, field }) => free[step.step]?.includes(field) === true)
      .map((place) => ({ ...place, kind: place.step.step })),
  )('$field of $kind: $statement', ({ plan, step, field }) => {
    const root = withField(plan.root, step, field);
    expect(() => checkUpgrade(plan, { ...plan, root })).not.toThrow();
  });
});
