import type { ParsedStatement } from '../../../grammar/parse.ts';
import type { TopologyTestDriver } from '../../streams/testing/topology-test-driver.ts';
import type { MaterializedTable } from '../engine/host.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { materializedTable } from '../runtime/materialized-table.ts';
import { CaseEngine, type CaseEngineOptions, type StubRecord, topicsOf } from './case-engine.ts';

interface Live {
  readonly plan: QueryPlan;
  readonly driver: TopologyTestDriver;
}

/** A {@link CaseEngine} whose queries are all live: a record goes through every query that it reaches, at once. */
export class LiveEngine {
  readonly engine: CaseEngine;
  readonly #live = new Map<string, Live>();

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

  /** Writes a record, and what the queries make of it. */
  produce(topic: string, record: StubRecord): void {
    this.engine.append(topic, record);
    for (const { plan, driver } of this.#live.values()) {
      if (!topicsOf(plan.root).includes(topic)) continue;
      driver.pipeRaw(topic, record);
      if (plan.root.step !== 'sink') continue;
      const sink = plan.root.topic;
      for (const { key, value, timestamp, headers } of driver.takeRaw(sink)) {
        this.produce(sink, { key, value, timestamp, headers });
      }
    }
  }

  /** The rows that a query keeps of a source. */
  table(source: string): MaterializedTable | undefined {
    for (const { plan, driver } of this.#live.values()) {
      if (plan.sink !== source && !plan.queryId.startsWith(`CST_${source}_`)) continue;
      const table = materializedTable(plan, this.engine.context, driver);
      if (table !== undefined) return table;
    }
    return undefined;
  }

  close(): void {
    for (const { driver } of this.#live.values()) driver.close();
    this.#live.clear();
  }

  /** Starts drivers for new queries and stops those of queries that are gone or were replaced. */
  #followQueries(): void {
    const { queries } = this.engine;
    for (const [id, { plan, driver }] of this.#live) {
      if (queries.includes(plan)) continue;
      driver.close();
      this.#live.delete(id);
    }
    for (const plan of queries) {
      if (this.#live.has(plan.queryId)) continue;
      this.#live.set(plan.queryId, { plan, driver: this.engine.driverOf(plan) });
    }
  }
}
