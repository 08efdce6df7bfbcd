import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Threads } from '../../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../../src/base/io/node-environment.ts';
import type { AnalysisContext } from '../../../../src/sql/analysis/session.ts';
import { Catalog } from '../../../../src/sql/catalog/catalog.ts';
import { builtInRegistry, type QueryPlan, SqlEngine } from '../../../../src/sql/index.ts';
import { queryApplicationId } from '../../../../src/sql/runtime/app-options.ts';
import { ThreadedQueries } from '../../../../src/sql/runtime/thread/threaded-queries.ts';
import { CaseHost } from '../../../../src/sql/testing/case-host.ts';

interface Started {
  /** Kinds of what it was told; of calls, of what is called. */
  readonly told: string[];
  readonly end: (failure: { readonly error: unknown }) => void;
}

let started: Started[];
let stateDir: string;
let queries: ThreadedQueries;

beforeEach(() => {
  started = [];
  stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-threads-'));
});
afterEach(async () => {
  await queries.close();
  rmSync(stateDir, { recursive: true });
});

/** Threads that note what they are told, and end when a test says so, or when they are to close. */
const threads: Threads = {
  start: (_service, { onEnd }) => {
    const told: string[] = [];
    started.push({ told, end: onEnd });
    return {
      post: (message) => {
        const kind = kindOf(message);
        told.push(kind);
        if (kind === 'close') onEnd();
      },
      terminate: async () => undefined,
    };
  },
};

function kindOf(message: unknown): string {
  if (typeof message !== 'object' || message === null) return '';
  if ('call' in message) return kindOf(message.call);
  return 'kind' in message ? String(message.kind) : '';
}

const hostOptions = () => ({
  ...{ environment: nodeEnvironment, bootstrapServers: '127.0.0.1:1', stateDir, serviceId: 'x_' },
  restartBackoff: { initialMs: 1, maxMs: 1 },
});

const context: AnalysisContext = {
  ...{ catalog: Catalog.empty, functions: builtInRegistry(), properties: {}, topics: new Map() },
};

async function planOf(sql: string): Promise<QueryPlan> {
  const source =
    "CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
  const engine = new SqlEngine({ host: new CaseHost(), functions: builtInRegistry() });
  for (const statement of await engine.prepare(source)) await engine.execute(statement);
  const [statement] = await engine.prepare(sql);
  await engine.close();
  const query = statement?.prepared?.plan.query;
  if (query === undefined) throw new Error('the statement starts a query');
  return query;
}

it('a query is on the thread that has its state, however much that one has to do', async () => {
  const plan = await planOf('CREATE STREAM t AS SELECT * FROM s;');
  const host = hostOptions();
  mkdirSync(path.join(stateDir, 'thread-1', queryApplicationId(host, plan.queryId)), { recursive: true });
  queries = new ThreadedQueries(host, { threads, count: 3 });
  queries.open();
  queries.placeState();
  for (let i = 0; i < 3; i++) queries.newQuery(plan, context);
  const made = started.map(({ told }) => told.filter((kind) => kind === 'makeQuery').length);
  expect(made).toEqual([0, 3, 0]);
});

it('a thread that takes the place of another one removes what its push queries have left', async () => {
  queries = new ThreadedQueries(hostOptions(), { threads, count: 1 });
  queries.open();
  queries.placeState();
  expect(queries.standstill).toBeUndefined();
  started[0]?.end({ error: new Error('the heap is full') });
  expect(queries.standstill).toBe('no stream thread is there: all queries wait for the next one');
  while (started.length < 2) await nodeEnvironment.timers.sleep(1);
  expect(started.map(({ told }) => told)).toEqual([['open'], ['open', 'removeLeftovers']]);
});
