import { NEVER } from 'rxjs';
import { OperationalError } from '../../base/errors.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import { TopologyTestDriver } from '../../streams/testing/topology-test-driver.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import type { StoreLags } from '../../streams/runtime/state-locations.ts';
import type { MaterializedTable, QueryState, RunningQuery } from '../host/host.ts';
import { readyFunctions } from '../functions/user/ready-functions.ts';
import type { QuerySchemas } from '../lowering/query-schemas.ts';
import { queryTopology } from '../lowering/query-topology.ts';
import { type QueryPlan, sourceSteps } from '../physical/steps.ts';
import { materializedTable } from '../runtime/materialized-table.ts';
import type { StubRecord } from './case-topics.ts';

const serviceId = 'some.ksql.service.id';

interface CaseQueryOptions {
  readonly schemas: QuerySchemas;
  /** The closed query whose place it takes, and in whose state it goes on. */
  readonly replaced: CaseQuery | undefined;
  /** Called for each record of its result. */
  readonly write: (topic: string, record: StubRecord) => void;
  /** Called when it is closed. */
  readonly onClose: (query: CaseQuery, options: { readonly cleanUp: boolean }) => void;
}

/** A persistent query of a test, on a test driver. */
export class CaseQuery implements RunningQuery {
  readonly plan: QueryPlan;
  /** Its state changes only when somebody calls, who can look then. */
  readonly state$ = NEVER;
  /** The topics that it reads, in the order of its sources. */
  readonly topics: readonly string[];
  readonly #context: AnalysisContext;
  readonly #options: CaseQueryOptions;
  readonly #topology: Topology;
  #driver: TopologyTestDriver | undefined;
  #table: MaterializedTable | undefined;
  #isClosed = false;
  /** While it is paused: the records that wait for it. */
  #waiting: { readonly topic: string; readonly record: StubRecord }[] | undefined;

  constructor(plan: QueryPlan, context: AnalysisContext, options: CaseQueryOptions) {
    this.plan = plan;
    this.topics = topicsOf(plan);
    this.#context = context;
    this.#options = options;
    this.#topology = queryTopology(plan, { analysis: context, schemas: options.schemas });
  }

  state(): QueryState {
    if (this.#isClosed) return 'CLOSED';
    if (this.#waiting !== undefined) return 'PAUSED';
    return this.#driver === undefined ? 'CREATED' : 'RUNNING';
  }

  async start(): Promise<void> {
    if (this.plan.functions !== undefined) await readyFunctions(this.plan.functions);
    if (this.#driver !== undefined || this.#isClosed) return;
    const { replaced } = this.#options;
    const before = replaced === undefined ? undefined : replaced.#driver;
    this.#driver = driverOver(this.#topology, this.#context, {
      applicationId: caseApplicationId(this.plan),
      ...(before === undefined ? {} : { resumeFrom: before }),
    });
  }

  /** Processes a record of one of its topics, and writes what comes of it. @throws where it fails. */
  process(topic: string, record: StubRecord): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push({ topic, record });
      return;
    }
    const driver = this.#running;
    driver.pipeRaw(topic, record);
    const { root } = this.plan;
    if (root.step !== 'sink') return;
    for (const { key, value, timestamp, headers } of driver.takeRaw(root.topic)) {
      this.#options.write(root.topic, { key, value, timestamp, headers });
    }
  }

  get #running(): TopologyTestDriver {
    if (this.#driver !== undefined) return this.#driver;
    const why = `query ${this.plan.queryId} was not started`;
    throw new OperationalError('STORE_NOT_AVAILABLE', why, { retriable: false });
  }

  /** Topics that it has written to, internal ones included. */
  get producedTopics(): ReadonlySet<string> {
    return this.#driver?.producedTopics ?? new Set();
  }

  get table(): MaterializedTable | undefined {
    this.#table ??= materializedTable(
      this.plan,
      { analysis: this.#context },
      {
        keyValueStore: (name) => this.#running.keyValueStore(name),
        windowStore: (name) => this.#running.windowStore(name),
        partitionsOf: () => undefined,
        places: () => [],
        turn: () => Promise.resolve(),
      },
    );
    return this.#table;
  }

  /** A record that it fails at fails whoever writes it. */
  errors(): readonly [] {
    return [];
  }

  statistics(): Promise<never> {
    const why = 'a query of a test has no statistics';
    return Promise.reject(new OperationalError('NO_STATISTICS', why, { retriable: false }));
  }

  /** It runs in one process. */
  clients(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  lags(): Promise<StoreLags> {
    return Promise.resolve(new Map());
  }

  pause(): void {
    this.#waiting ??= [];
  }

  resume(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const { topic, record } of waiting) this.process(topic, record);
  }

  describeTopology(): string {
    return this.#topology.describe();
  }

  close(options: { readonly cleanUp: boolean } = { cleanUp: false }): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    this.#driver?.close();
    this.#options.onClose(this, options);
    return Promise.resolve();
  }
}

/** A driver for a topology, under the settings of a query. */
export function driverOver(
  topology: Topology,
  { properties }: AnalysisContext,
  options: { readonly applicationId: string; readonly resumeFrom?: TopologyTestDriver },
): TopologyTestDriver {
  return new TopologyTestDriver(topology, {
    ...options,
    wallClockMs: 0,
    cachingEnabled: false,
    onFailure: { deserialization: 'continue' },
    config: properties,
  });
}

/** The id of the application that runs a query of a case. */
export function caseApplicationId({ queryId }: QueryPlan): string {
  return `_confluent-ksql-${serviceId}query_${queryId}`;
}

/** Topics that a query reads, in the order of its sources. */
export function topicsOf({ root }: QueryPlan): readonly string[] {
  return sourceSteps(root).map(({ topic }) => topic);
}
