import type { Query } from '../../../grammar/ast.ts';
import type { ParsedStatement } from '../../../grammar/parse.ts';
import type { TopologyTestDriver } from '../../streams/testing/topology-test-driver.ts';
import type { MaterializedTable } from '../host/host.ts';
import { planTransientQuery } from '../queries/transient-plan.ts';
import { pushQueryId } from '../queries/push-query-id.ts';
import { columnsOf, pushRowOf } from '../queries/push-rows.ts';
import type { PushRow, ResultColumn } from '../queries/query-results.ts';
import { ownedSource, type QueryPlan } from '../physical/steps.ts';
import { materializedTable } from '../runtime/materialized-table.ts';
import { pushTopology } from '../runtime/push-topology.ts';
import { CaseEngine, type CaseEngineOptions, type StubRecord, topicsOf } from './case-engine.ts';

interface Live {
  readonly plan: QueryPlan;
  readonly driver: TopologyTestDriver;
}

export interface PushAnswer {
  readonly id: string;
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly PushRow[];
}

/** A {@link CaseEngine} whose queries are all live: a record goes through every query that it reaches, at once. */
export class LiveEngine {
  readonly engine: CaseEngine;
  readonly #live = new Map<string, Live>();
  /** Every record that was written, in its order across topics. */
  readonly #log: { readonly topic: string; readonly record: StubRecord }[] = [];
  readonly #written = new Set<string>();
  readonly #read = new Set<string>();

  constructor(options: Omit<CaseEngineOptions, 'produce'>) {
    this.engine = new CaseEngine({
      ...options,
      produce: (topic, record) => this.produce(topic, record),
    });
  }

  execute(statement: ParsedStatement): void {
    this.engine.executeStatement(statement);
    this.#followQueries();
  }

  /** Topics that the test itself wrote to, without those that a query, or whoever called {@link look}, has read. */
  get unreadTopics(): readonly string[] {
    return [...this.#written].filter((topic) => !this.#read.has(topic));
  }

  /** The records of a topic so far. */
  look(topic: string): readonly StubRecord[] {
    this.#read.add(topic);
    return this.engine.stubs.get(topic) ?? [];
  }

  /** Writes a record, and what the queries make of it. */
  produce(topic: string, record: StubRecord): void {
    this.#written.add(topic);
    this.#write(topic, record);
  }

  #write(topic: string, record: StubRecord): void {
    this.engine.append(topic, record);
    this.#log.push({ topic, record });
    for (const { plan, driver } of this.#live.values()) {
      if (!topicsOf(plan.root).includes(topic)) continue;
      driver.pipeRaw(topic, record);
      if (plan.root.step !== 'sink') continue;
      const sink = plan.root.topic;
      for (const { key, value, timestamp, headers } of driver.takeRaw(sink)) {
        this.#write(sink, { key, value, timestamp, headers });
      }
    }
  }

  /** The rows that a query keeps of a source. */
  table(source: string): MaterializedTable | undefined {
    for (const { plan, driver } of this.#live.values()) {
      if (ownedSource(plan) !== source) continue;
      const table = materializedTable(plan, this.engine.context, {
        keyValueStore: (name) => driver.keyValueStore(name),
        windowStore: (name) => driver.windowStore(name),
        turn: () => Promise.resolve(),
      });
      if (table !== undefined) return table;
    }
    return undefined;
  }

  /** What a push query answers when it reads all records that were written so far. */
  push(query: Query): PushAnswer {
    const { context } = this.engine;
    const id = pushQueryId(query, 0, context);
    const plan = planTransientQuery(query, id, context);
    const columns = columnsOf(plan.root);
    const rows: PushRow[] = [];
    const rowOf = pushRowOf(plan.root);
    const topology = pushTopology(plan, context, (record) => rows.push(rowOf(record)));
    const driver = this.engine.driverOver(topology, id);
    const topics = topicsOf(plan.root);
    for (const topic of topics) this.#read.add(topic);
    const { limit = Number.POSITIVE_INFINITY } = query;
    try {
      for (const { topic, record } of this.#log) {
        if (rows.length >= limit) break;
        if (topics.includes(topic)) driver.pipeRaw(topic, record);
      }
    } finally {
      driver.close();
    }
    return { id, columns, rows: rows.slice(0, limit) };
  }

  close(): void {
    for (const { driver } of this.#live.values()) driver.close();
    this.#live.clear();
  }

  /** Starts drivers for new queries and stops those of queries that are gone or were replaced. */
  #followQueries(): void {
    const { queries } = this.engine;
    const replaced = new Map<string, TopologyTestDriver>();
    for (const [id, { plan, driver }] of this.#live) {
      if (queries.includes(plan)) continue;
      driver.close();
      this.#live.delete(id);
      replaced.set(id, driver);
    }
    for (const plan of queries) {
      if (this.#live.has(plan.queryId)) continue;
      for (const topic of topicsOf(plan.root)) this.#read.add(topic);
      this.#live.set(plan.queryId, { plan, driver: this.engine.driverOf(plan, replaced.get(plan.queryId)) });
    }
  }
}
