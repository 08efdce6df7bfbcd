import { type ParsedStatement, parseScript } from '../../../grammar/parse.ts';
import { formatStatement } from '../../../grammar/printer/statements.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { Header } from '../../streams/record.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import { TopologyTestDriver } from '../../streams/testing/topology-test-driver.ts';
import { sanitizedStatement } from '../analysis/sanitized-statement.ts';
import { sessionOverServer } from '../analysis/property-names.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import { Catalog } from '../catalog/catalog.ts';
import { applyPlan } from '../statements/plan-kinds.ts';
import { recordToInsert } from '../statements/insert-values.ts';
import { emptySession, withProperty } from '../statements/session.ts';
import { planStatement } from '../statements/plan-statement.ts';
import { roundTrip } from '../statements/plan-versions.ts';
import type { StatementPlan } from '../statements/statement-plan.ts';
import type { TopicRequest } from '../physical/topic-request.ts';
import { queryTopology } from '../lowering/query-topology.ts';
import type { QueryPlan, Step } from '../physical/steps.ts';
import { inputsOf } from '../physical/steps.ts';
import type { CaseTopic } from './case.ts';
import type { PropertyCheck } from './case-keys.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { FailureStage } from './thrown-class.ts';

/** A record of a stub topic. */
export interface StubRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: readonly Header[];
}

const defaultPartitions = 4;
const serviceId = 'some.ksql.service.id';

export interface CaseEngineOptions {
  readonly functions: FunctionRegistry;
  readonly properties: Readonly<Record<string, string>>;
  readonly topics: readonly CaseTopic[];
  /** Says what is wrong with a property that SET names. */
  readonly checkProperty?: PropertyCheck;
  /** Where INSERT … VALUES writes; by default into the stub topic. */
  readonly produce?: (topic: string, record: StubRecord) => void;
}

/** A fresh engine for one case: a catalog, stub topics, and a test driver per query. */
export class CaseEngine {
  catalog = Catalog.empty;
  readonly stubs = new Map<string, StubRecord[]>();
  /** Topics that a driver wrote to, internal ones included. */
  readonly produced = new Set<string>();
  readonly queries: QueryPlan[] = [];
  readonly #options: CaseEngineOptions;
  readonly #topics = new Map<string, TopicFacts>();
  #session = emptySession;
  #queryNumber = 0;

  constructor(options: CaseEngineOptions) {
    this.#options = options;
    for (const { name, partitions, replicas } of options.topics)
      this.#topics.set(name, { partitions, replicas });
  }

  get topics(): ReadonlyMap<string, TopicFacts> {
    return this.#topics;
  }

  get context(): AnalysisContext {
    return {
      catalog: this.catalog,
      functions: this.#options.functions,
      properties: sessionOverServer(this.#options.properties, this.#session.properties),
      topics: this.#topics,
    };
  }

  /** Runs a script. @throws {ScriptError} at the first statement that fails. */
  execute(script: string): void {
    const statements = scriptErrors({ text: script, stage: 'parse', isLast: true }, () =>
      parseScript(script),
    );
    statements.forEach(({ statement, text }, index) => {
      const isLast = index === statements.length - 1;
      const quoted = (): string => this.#quoted({ statement, text });
      scriptErrors({ text, quoted, stage: 'statement', isLast }, () =>
        this.executeStatement({ statement, text }),
      );
    });
  }

  /** A statement with a query as ksqlDB's errors quote it: rewritten, in its own layout. */
  #quoted({ statement, text }: ParsedStatement): string {
    try {
      const sanitized = sanitizedStatement(statement, this.context);
      return sanitized === statement ? text : formatStatement(sanitized);
    } catch (error) {
      if (error instanceof DiagnosticError) return text;
      throw error;
    }
  }

  /** Executes one statement. Records of INSERT go to `produce`, by default into the stub topic. */
  executeStatement({ statement, text }: ParsedStatement): void {
    if (statement.kind === 'InsertValues') {
      const record = recordToInsert(statement, this.context);
      const { topic, key, value, timestamp = 0 } = record;
      (this.#options.produce ?? this.append.bind(this))(topic, { key, value, timestamp, headers: [] });
      return;
    }
    if (statement.kind === 'SetProperty' || statement.kind === 'UnsetProperty') {
      const problem = this.#options.checkProperty?.(statement.name);
      if (problem !== undefined) throw sqlError(problem);
    }
    if (statement.kind === 'UnsetProperty' || statement.kind === 'SetProperty') {
      const value = statement.kind === 'SetProperty' ? statement.value : undefined;
      this.#session = withProperty(this.#session, statement.name, value);
      return;
    }
    const planned = this.plan({ statement, text });
    if (planned === undefined) throw new Error(`the test runner does not execute ${statement.kind}`);
    this.#apply(roundTrip(planned));
  }

  /** What a statement would change; undefined for one that no plan is made of. */
  plan({ statement, text }: ParsedStatement): StatementPlan | undefined {
    return planStatement({
      statement,
      text,
      context: this.context,
      queryNumber: this.#queryNumber,
      queries: this.queries,
    });
  }

  #apply(plan: StatementPlan): void {
    this.catalog = applyPlan(this.catalog, plan);
    const { topic, query, terminate = [] } = plan;
    if (topic !== undefined) this.#createTopic(topic);
    const remaining = this.queries.filter(({ queryId }) => !terminate.includes(queryId));
    this.queries.splice(0, this.queries.length, ...remaining);
    if (query === undefined) return;
    this.#queryNumber++;
    const same = this.queries.findIndex(({ queryId }) => queryId === query.queryId);
    if (same >= 0) this.queries.splice(same, 1);
    this.queries.push(query);
  }

  #createTopic({ name, partitions = defaultPartitions, replicas = 1 }: TopicRequest): void {
    if (!this.#topics.has(name)) this.#topics.set(name, { partitions, replicas });
    if (!this.stubs.has(name)) this.stubs.set(name, []);
  }

  append(topic: string, record: StubRecord): void {
    const records = this.stubs.get(topic);
    if (records === undefined) this.stubs.set(topic, [record]);
    else records.push(record);
  }

  /**
   * Runs the queries one after the other: the given records first, in their order and across topics, then each source
   * topic that none of them is for.
   */
  run(inputs: readonly { readonly topic: string; readonly record: StubRecord }[]): void {
    const given = new Set(inputs.map(({ topic }) => topic));
    for (const plan of this.queries) {
      const driver = this.driverOf(plan);
      const topics = topicsOf(plan.root);
      const sinks = plan.root.step === 'sink' ? [plan.root.topic] : [];
      const pipe = (topic: string, record: StubRecord): void => {
        driver.pipeRaw(topic, record);
        for (const sink of sinks) {
          for (const { key, value, timestamp, headers } of driver.takeRaw(sink)) {
            this.append(sink, { key, value, timestamp, headers });
          }
        }
      };
      try {
        for (const { topic, record } of inputs) if (topics.includes(topic)) pipe(topic, record);
        for (const topic of topics) {
          if (given.has(topic)) continue;
          for (const record of (this.stubs.get(topic) ?? []).slice()) pipe(topic, record);
        }
      } finally {
        for (const topic of driver.producedTopics) this.produced.add(topic);
        driver.close();
      }
    }
  }

  /** @param resumeFrom the driver of the query that this one replaces: its state goes on. */
  driverOf(plan: QueryPlan, resumeFrom?: TopologyTestDriver): TopologyTestDriver {
    return this.driverOver(
      queryTopology(plan, { analysis: this.context }),
      caseApplicationId(plan),
      resumeFrom,
    );
  }

  /** A driver for a topology, under the settings of a query. */
  driverOver(topology: Topology, applicationId: string, resumeFrom?: TopologyTestDriver): TopologyTestDriver {
    return new TopologyTestDriver(topology, {
      applicationId,
      ...(resumeFrom === undefined ? {} : { resumeFrom }),
      wallClockMs: 0,
      cachingEnabled: false,
      onFailure: { deserialization: 'continue' },
      config: this.context.properties,
    });
  }
}

/** The id of the application that runs a query of a case. */
export function caseApplicationId({ queryId }: QueryPlan): string {
  return `_confluent-ksql-${serviceId}query_${queryId}`;
}

/** Topics that a plan reads, in the order of its sources. */
export function topicsOf(step: Step): readonly string[] {
  if (step.step === 'source') return [step.topic];
  return inputsOf(step).flatMap(topicsOf);
}

interface FailedStatement {
  readonly text: string;
  /** The text that errors quote, where it is another. */
  readonly quoted?: () => string;
  readonly stage: Exclude<FailureStage, 'run'>;
  readonly isLast: boolean;
}

/** A statement failed. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
  readonly text: string;
  readonly stage: FailureStage;
  readonly isLast: boolean;

  constructor(cause: unknown, { text, quoted, stage, isLast }: FailedStatement) {
    super(messageOf(cause), { cause });
    this.text = quoted?.() ?? text;
    this.stage = stage;
    this.isLast = isLast;
  }
}

function scriptErrors<T>(failed: FailedStatement, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new ScriptError(error, failed);
  }
}
