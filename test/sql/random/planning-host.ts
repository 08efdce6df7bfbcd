import { of } from 'rxjs';
import type { AnalysisContext, TopicFacts } from '../../../src/sql/analysis/session.ts';
import type { ProducedRecord, PushRun, RunningQuery, SqlHost } from '../../../src/sql/host/host.ts';
import { queryTopology } from '../../../src/sql/lowering/query-topology.ts';
import type { QueryPlan } from '../../../src/sql/physical/steps.ts';
import type { TopicRequest } from '../../../src/sql/physical/topic-request.ts';
import { pushTopology } from '../../../src/sql/runtime/push-topology.ts';

const DEFAULT: TopicFacts = { partitions: 1, replicas: 1 };

/** Topics are names, and a query is its topology: as far as a statement gets without records. */
export class PlanningHost implements SqlHost {
  readonly topics = new Map<string, TopicFacts>();
  readonly produced: ProducedRecord[] = [];

  /** Every topic that a statement asks for is there. */
  describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicFacts>> {
    return Promise.resolve(new Map(names.map((name) => [name, this.topics.get(name) ?? DEFAULT])));
  }

  listTopics(): Promise<ReadonlyMap<string, TopicFacts>> {
    return Promise.resolve(this.topics);
  }

  check({ query }: { readonly query?: QueryPlan }, context: AnalysisContext): Promise<void> {
    if (query !== undefined) queryTopology(query, { analysis: context });
    return Promise.resolve();
  }

  createTopic({ name, partitions, replicas }: TopicRequest): Promise<boolean> {
    const isNew = !this.topics.has(name);
    if (isNew) {
      this.topics.set(name, {
        partitions: partitions ?? DEFAULT.partitions,
        replicas: replicas ?? DEFAULT.replicas,
      });
    }
    return Promise.resolve(isNew);
  }

  deleteTopic(name: string): Promise<void> {
    this.topics.delete(name);
    return Promise.resolve();
  }

  produce(record: ProducedRecord): Promise<void> {
    this.produced.push(record);
    return Promise.resolve();
  }

  newQuery(plan: QueryPlan, context: AnalysisContext): RunningQuery {
    queryTopology(plan, { analysis: context });
    let isPaused = false;
    return {
      plan,
      state$: of('RUNNING' as const),
      state: () => (isPaused ? 'PAUSED' : 'RUNNING'),
      errors: () => [],
      statistics: () => Promise.reject(new Error('it does not run')),
      pause: () => void (isPaused = true),
      resume: () => void (isPaused = false),
      describeTopology: () => '',
      table: undefined,
      start: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  startPush(plan: QueryPlan, context: AnalysisContext): Promise<PushRun> {
    pushTopology(plan, context, () => undefined);
    return Promise.resolve({
      records$: of(),
      pause: () => undefined,
      resume: () => undefined,
      close: () => Promise.resolve(),
    });
  }
}
