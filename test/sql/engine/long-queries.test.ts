import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MemoryRegistry } from '../../../src/sql/testing/memory-registry.ts';
import { SchemaCache } from '../../../src/sql/runtime/schema-cache.ts';
import { expect, it } from 'vitest';
import { OperationalError } from '../../../src/base/errors.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import type { AnalysisContext, TopicFacts } from '../../../src/sql/analysis/session.ts';
import { SqlEngine } from '../../../src/sql/engine/engine.ts';
import { PART_EXPRESSIONS } from '../../../src/sql/expressions/code-in-parts.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import type { QueryPlan } from '../../../src/sql/physical/steps.ts';
import { AppQuery } from '../../../src/sql/runtime/app-query.ts';
import type { KafkaHostOptions } from '../../../src/sql/runtime/app-options.ts';
import { InstanceIds } from '../../../src/sql/runtime/instance-ids.ts';
import { PlanCheck } from '../../../src/sql/runtime/plan-check.ts';
import { TopicRequests } from '../../../src/sql/runtime/topic-requests.ts';
import { CaseHost } from '../../../src/sql/testing/case-host.ts';
import { TurnCounter } from '../../base/turn-counter.ts';

const PARTS = 10;
const FACTS: TopicFacts = { partitions: 1, replicas: 1 };
const items = (text: (index: number) => string): string =>
  Array.from({ length: PARTS * PART_EXPRESSIONS }, (_, index) => text(index)).join(', ');

/** Statements with the parts that their code has: of the query, and of what reads the states of an aggregation. */
const statements: readonly (readonly [string, string, number])[] = [
  ['calculations', `CREATE STREAM t AS SELECT k, ${items((i) => `v + ${i} AS c${i}`)} FROM s;`, PARTS],
  [
    'aggregates',
    `CREATE TABLE t AS SELECT k, ${items((i) => `SUM(v + ${i}) AS c${i}`)} FROM s GROUP BY k;`,
    // The arguments, the calls, the results.
    3 * PARTS,
  ],
];

interface Planned {
  readonly query: QueryPlan;
  readonly context: AnalysisContext;
}

async function planned(sql: string): Promise<Planned> {
  const engine = new SqlEngine({ host: new CaseHost(), functions: builtInRegistry() });
  const source =
    "CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
  for (const statement of await engine.prepare(source)) await engine.execute(statement);
  const [statement] = await engine.prepare(sql);
  const { catalog, functions } = engine;
  await engine.close();
  const query = statement?.prepared?.plan.query;
  if (query === undefined) throw new Error('the statement starts a query');
  return {
    query,
    context: { catalog, functions, properties: {}, topics: new Map(['s', 'T'].map((name) => [name, FACTS])) },
  };
}

function hostOptions(turns: TurnCounter): KafkaHostOptions {
  const environment = { ...nodeEnvironment, ...turns.environment };
  return { environment, bootstrapServers: 'localhost:1', stateDir: '/nowhere', serviceId: 'long_' };
}

it.each(statements)('others have their turn while the code of %s is checked', async (_name, sql, parts) => {
  const { query, context } = await planned(sql);
  const turns = new TurnCounter(1_000);
  const options = hostOptions(turns);
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: options.bootstrapServers });
  const nobody = new TopicRequests({ admin, describe: () => Promise.reject(new Error('nobody is asked')) });
  const check = new PlanCheck(options, { requests: nobody, admin });
  await check.check({ query }, context);
  expect(turns.count).toBeGreaterThanOrEqual(parts);
  await admin.close();
});

it.each(statements)('others have their turn before a query of %s starts', async (_name, sql, parts) => {
  const { query, context } = await planned(sql);
  const turns = new TurnCounter(1_000);
  let atStart = -1;
  const options = hostOptions(turns);
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers: options.bootstrapServers });
  const running = new AppQuery(query, context, {
    ...options,
    // Its id is made where a folder is, which nobody looks at here.
    instanceIds: new InstanceIds({
      environment: nodeEnvironment,
      stateDir: mkdtempSync(path.join(tmpdir(), 'long-queries-')),
    }),
    admin,
    schemas: new SchemaCache(new MemoryRegistry()),
    describeTopics: () => Promise.resolve(new Map()),
    finish: () => Promise.resolve(),
    begin: () => Promise.resolve(),
    note: () => {
      atStart = turns.count;
      return Promise.reject(new OperationalError('NOT_NOW', 'it is not to start', { retriable: true }));
    },
    cleanUp: () => Promise.resolve(),
    startInTurn: () => undefined,
  });
  expect(turns.count).toBe(0);
  await running.start();
  expect(atStart).toBeGreaterThanOrEqual(parts);
  await running.close();
  await admin.close();
});
