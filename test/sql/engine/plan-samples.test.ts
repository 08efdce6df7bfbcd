import { EXPRESSION_KINDS } from '../bound/expression-kinds.ts';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { printPhysicalPlan } from '../../../src/sql/explain/print-plan.ts';
import { parseScript } from '../../../grammar/parse.ts';
import { assertDefined } from '../../../src/base/assert.ts';
import { Catalog } from '../../../src/sql/catalog/catalog.ts';
import { applyPlan } from '../../../src/sql/statements/plan-kinds.ts';
import { planStatement } from '../plan-statement.ts';
import type { StatementPlan } from '../../../src/sql/statements/statement-plan.ts';
import { readPlan, roundTrip } from '../../../src/sql/statements/plan-versions.ts';
import { replayCommands } from '../../../src/sql/engine/replay-commands.ts';
import { emptySession } from '../../../src/sql/statements/session.ts';
import { messageOf } from '../../../src/base/errors.ts';
import { checkUpgrade } from '../../../src/sql/statements/create/check-upgrade.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { queryTopology } from '../../../src/sql/lowering/query-topology.ts';
import { PLAN_VERSION, type QueryPlan } from '../../../src/sql/physical/steps.ts';

const versions = Array.from({ length: PLAN_VERSION }, (_, index) => index + 1);

/** What servers of each version of plans have recorded. A new version adds its file and leaves those before as they are. */
function sampleOf(version: number): readonly { readonly version: number }[] {
  const file = path.join(import.meta.dirname, 'plans', `version-${version}.json`);
  return JSON.parse(fs.readFileSync(file, 'utf8')) as readonly { readonly version: number }[];
}

describe.each(versions)('recorded plans of version %i', (version) => {
  const sample = sampleOf(version);

  it('are of this version', () => {
    expect(sample.length).toBeGreaterThan(0);
    expect(new Set(sample.map((plan) => plan.version))).toEqual(new Set([version]));
  });

  it('are read and applied, and each of their queries can be run', async () => {
    const plans = sample.map((plan) => readPlan(JSON.parse(JSON.stringify(plan))));
    const state = await replayCommands(plans.map((plan) => ({ kind: 'plan', plan, session: emptySession })));
    expect(state.skipped).toEqual([]);
    expect(state.passedOver).toEqual([]);
    expect(state.queries.length).toBeGreaterThan(0);
    for (const { plan } of state.queries) {
      const analysis = {
        catalog: state.catalog,
        functions: builtInRegistry(),
        properties: {},
        topics: new Map(),
      };
      expect(queryTopology(plan, { analysis }).describe()).toContain('Sub-topology: 0');
      expect(printPhysicalPlan(plan.root)).toContain('source ');
    }
  });
});

/** The catalog of a sample and its queries, by their ids. */
async function replayed(version: number) {
  const plans = sampleOf(version).map((plan) => readPlan(JSON.parse(JSON.stringify(plan))));
  const { catalog, queries } = await replayCommands(
    plans.map((plan) => ({ kind: 'plan', plan, session: emptySession })),
  );
  return { catalog, queries: new Map(queries.map(({ plan }) => [plan.queryId, plan] as const)) };
}

/** The topology of each query of a sample, by the query's id. */
async function topologiesOf(version: number): Promise<ReadonlyMap<string, string>> {
  const { catalog, queries } = await replayed(version);
  const analysis = { catalog, functions: builtInRegistry(), properties: {}, topics: new Map() };
  return new Map([...queries].map(([id, plan]) => [id, queryTopology(plan, { analysis }).describe()]));
}

it('reads what version 3 recorded as this version records it', () => {
  const read = sampleOf(3).map((plan) => readPlan(JSON.parse(JSON.stringify(plan))));
  expect(read).toEqual(sampleOf(PLAN_VERSION));
});

it('plans the queries of the sample as the sample has them', () => {
  const stepsOf = (plan: StatementPlan | undefined): unknown =>
    plan !== undefined && 'query' in plan && plan.query !== undefined
      ? roundTrip(plan.query).root
      : undefined;
  let catalog = Catalog.empty;
  for (const sample of sampleOf(PLAN_VERSION)) {
    const recorded = readPlan(JSON.parse(JSON.stringify(sample)));
    const { text } = recorded;
    const [parsed] = parseScript(text);
    const context = { catalog, functions: builtInRegistry(), properties: {}, topics: new Map() };
    const statement = assertDefined(parsed, 'the sample has statements').statement;
    const plan = planStatement({ statement, text, context, queryNumber: 0, queries: [] });
    expect(stepsOf(plan), text).toEqual(stepsOf(recorded));
    catalog = applyPlan(catalog, recorded);
  }
});

/** What is said of a query that takes the place of another. */
function upgrade(running: QueryPlan, replacement: QueryPlan): string {
  try {
    checkUpgrade(running, replacement);
    return 'upgraded';
  } catch (error) {
    return messageOf(error);
  }
}

it('replaces a query that version 2 recorded as it would replace one of its own', async () => {
  const [before, current] = [(await replayed(2)).queries, (await replayed(PLAN_VERSION)).queries];
  const ends = new Set<string>();
  for (const [id, replacement] of current) {
    const running = before.get(id);
    if (running === undefined) continue;
    ends.add(upgrade(replacement, replacement));
    expect(upgrade(running, replacement), id).toBe(upgrade(replacement, replacement));
  }
  expect(ends).toContain('upgraded');
});

it('runs a query as the same topology, stores and topics, whatever version recorded it', async () => {
  const current = await topologiesOf(PLAN_VERSION);
  const before = await topologiesOf(2);
  const shared = [...before.keys()].filter((queryId) => current.has(queryId));
  expect(shared.length).toBeGreaterThan(8);
  for (const queryId of shared) expect(current.get(queryId), queryId).toBe(before.get(queryId));
});

it('has a step of each kind, and an expression of each, in the sample of the current version', () => {
  const text = JSON.stringify(sampleOf(PLAN_VERSION));
  const steps = [
    'source',
    'filter',
    'project',
    'flatMap',
    'partitionBy',
    'keyBy',
    'aggregate',
    'join',
    'sink',
  ];
  expect(steps.filter((kind) => !text.includes(`"step":"${kind}"`))).toEqual([]);
  expect(EXPRESSION_KINDS.filter((kind) => !text.includes(`"kind":"${kind}"`))).toEqual([]);
});

it('binds the expressions of the current version from their trees, whatever their texts say', async () => {
  const plans = sampleOf(PLAN_VERSION).map((plan) => {
    const text = JSON.stringify(plan, (_, value: unknown) =>
      typeof value === 'object' && value !== null && ('tree' in value || 'call' in value)
        ? { ...value, text: ')' }
        : value,
    );
    return readPlan(JSON.parse(text));
  });
  const { catalog, queries } = await replayCommands(
    plans.map((plan) => ({ kind: 'plan', plan, session: emptySession })),
  );
  const analysis = { catalog, functions: builtInRegistry(), properties: {}, topics: new Map() };
  expect(queries.length).toBeGreaterThan(8);
  for (const { plan } of queries) {
    expect(() => queryTopology(plan, { analysis }), plan.queryId).not.toThrow();
  }
});
