import { Observable } from 'rxjs';
import { MemoryRegistry } from './memory-registry.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import type { ClusterNeeds, ProducedRecord, PushRecord, PushRun, SqlHost } from '../host/host.ts';
import { queryTopology } from '../lowering/query-topology.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { TopicRequest } from '../physical/topic-request.ts';
import { readyFunctions } from '../functions/user/ready-functions.ts';
import { pushTopology } from '../runtime/push-topology.ts';
import { registrySchemas } from './registry-schemas.ts';
import { CaseQuery, driverOver, topicsOf } from './case-query.ts';
import { CaseTopics, type StubRecord } from './case-topics.ts';

interface CaseHostOptions {
  /** A record goes through every query that it reaches at once; else, by default, it waits in its topic. */
  readonly isLive?: boolean;
}

/** What an engine that runs a test has around it: topics in memory, and a test driver for each query. */
export class CaseHost implements SqlHost {
  readonly topics = new CaseTopics();
  readonly registry = new MemoryRegistry();
  readonly #isLive: boolean;
  readonly #queries = new Map<string, CaseQuery>();
  /** By id: closed queries whose state has stayed. */
  readonly #left = new Map<string, CaseQuery>();
  /** Topics that the test itself wrote to, and those that a query or the test has read. */
  readonly #written = new Set<string>();
  readonly #read = new Set<string>();

  constructor({ isLive = false }: CaseHostOptions = {}) {
    this.#isLive = isLive;
  }

  /** The query that runs under an id. */
  query(id: string): CaseQuery | undefined {
    return this.#queries.get(id);
  }

  /** Topics that the test itself wrote to, without those that a query, or whoever called {@link look}, has read. */
  get unreadTopics(): readonly string[] {
    return [...this.#written].filter((topic) => !this.#read.has(topic));
  }

  /** The records of a topic so far, for a test that compares them. */
  look(topic: string): readonly StubRecord[] {
    this.#read.add(topic);
    return this.topics.records(topic);
  }

  /** Writes a record of the test. @throws where a query fails at it. */
  write(topic: string, record: StubRecord): void {
    this.#written.add(topic);
    this.#append(topic, record);
  }

  #append(topic: string, record: StubRecord): void {
    this.topics.append(topic, record);
    if (!this.#isLive) return;
    for (const query of this.#queries.values()) {
      if (query.topics.includes(topic)) query.process(topic, record);
    }
  }

  describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicFacts>> {
    return Promise.resolve(this.topics.describe(names));
  }

  listTopics(): Promise<ReadonlyMap<string, TopicFacts>> {
    return Promise.resolve(this.topics.facts);
  }

  async check({ query }: ClusterNeeds, context: AnalysisContext): Promise<void> {
    if (query !== undefined) queryTopology(query, { analysis: context });
  }

  createTopic(request: TopicRequest): Promise<boolean> {
    return Promise.resolve(this.topics.create(request));
  }

  deleteTopic(name: string): Promise<boolean> {
    return Promise.resolve(this.topics.delete(name));
  }

  async produce({ topic, key, value, timestamp = 0 }: ProducedRecord): Promise<void> {
    this.write(topic, { key, value, timestamp, headers: [] });
  }

  newQuery(plan: QueryPlan, context: AnalysisContext): CaseQuery {
    const { queryId } = plan;
    const query = new CaseQuery(plan, context, {
      schemas: registrySchemas(this.registry),
      replaced: this.#left.get(queryId),
      write: (topic, record) => this.#append(topic, record),
      onClose: (closed, { cleanUp }) => {
        if (this.#queries.get(queryId) === closed) this.#queries.delete(queryId);
        if (cleanUp) this.#left.delete(queryId);
        else this.#left.set(queryId, closed);
      },
    });
    for (const topic of query.topics) this.#read.add(topic);
    this.#queries.set(queryId, query);
    return query;
  }

  /** Reads all that was written so far, and comes to an end. */
  startPush(plan: QueryPlan, context: AnalysisContext): Promise<PushRun> {
    const topics = topicsOf(plan);
    for (const topic of topics) this.#read.add(topic);
    let emit: (record: PushRecord) => void = () => undefined;
    // Also where nobody subscribes: whether it can be run is known.
    const topology = pushTopology(
      plan,
      { analysis: context, schemas: registrySchemas(this.registry) },
      (record) => emit(record),
    );
    const records$ = new Observable<PushRecord>((subscriber) => {
      emit = (record) => subscriber.next(record);
      const driver = driverOver(topology, context, { applicationId: plan.queryId });
      try {
        for (const { topic, record } of this.topics.recordsOf(topics)) {
          if (subscriber.closed) return;
          driver.pipeRaw(topic, record);
        }
        subscriber.complete();
      } catch (error) {
        subscriber.error(error);
      } finally {
        driver.close();
      }
    });
    const nothing = (): void => undefined;
    const run = { records$, pause: nothing, resume: nothing, close: () => Promise.resolve() };
    return readyFunctions(plan.functions).then(() => run);
  }
}
