import { topicNameError } from '../../client/topic-name.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import { streamsAppSettings } from '../../streams/runtime/streams-app-options.ts';
import { internalTopicNames, planTopics } from '../../streams/runtime/topic-plan.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { ClusterNeeds, TopicChanges } from '../host/host.ts';
import { statementMessages } from '../messages/statements.ts';
import type { TopicRequest } from '../physical/topic-request.ts';
import { queryTopology } from '../lowering/query-topology.ts';
import { type QueryPlan, sourceSteps } from '../physical/steps.ts';
import { appOptions, type KafkaHostOptions, queryApplicationId } from './app-options.ts';
import { partitionsOf, type TopicRequests } from './topic-requests.ts';
import { withChanges } from './topic-changes.ts';

/** What a check asks of the cluster. */
interface CheckedCluster {
  readonly requests: TopicRequests;
  /** Facts about those of the topics that exist. */
  readonly describe: (names: readonly string[]) => Promise<ReadonlyMap<string, TopicFacts>>;
}

/**
 * Tries a plan without doing it, before it is recorded: whatever the cluster or this version would refuse is refused
 * here. What is recorded is not refused any more.
 */
export class PlanCheck {
  readonly #options: KafkaHostOptions;
  readonly #cluster: CheckedCluster;

  constructor(options: KafkaHostOptions, cluster: CheckedCluster) {
    this.#options = options;
    this.#cluster = cluster;
  }

  /** @throws {DiagnosticError} for what cannot be done; {OperationalError} where the cluster does not say. */
  async check(
    { topic, query }: ClusterNeeds,
    context: AnalysisContext,
    changes: TopicChanges = new Map(),
  ): Promise<void> {
    const needed = query === undefined ? [] : topicsOf(query);
    const names = topic === undefined ? needed : [topic.name, ...needed];
    const facts = this.#cluster.describe([...new Set(names)]).then((found) => withChanges(found, changes));
    // It is looked at further down, where nothing else is wrong.
    facts.catch(() => undefined);
    if (topic !== undefined) {
      const isNew = !context.topics.has(topic.name);
      await this.#cluster.requests.check(topic, { changes, facts, isNew });
    }
    if (query === undefined) return;
    const topology = this.#checkNames(query, context);
    this.#checkTopics(query, topology, { request: topic, facts: await facts });
  }

  /** Its topology can be built and run, and what is named by its id can be. */
  #checkNames(query: QueryPlan, context: AnalysisContext): Topology {
    const topology = queryTopology(query, { analysis: context });
    const applicationId = queryApplicationId(this.#options, query.queryId);
    for (const name of [applicationId, ...internalTopicNames(topology, applicationId)]) {
      const wrong = topicNameError(name);
      if (wrong !== undefined) throw refuse(statementMessages.cannotRun(query.queryId, wrong.message));
    }
    streamsAppSettings({ ...appOptions(this.#options, context), applicationId, topology });
    return topology;
  }

  /** Its topics are there, or will be, with the partitions that it needs. */
  #checkTopics(
    query: QueryPlan,
    topology: Topology,
    known: { readonly request: TopicRequest | undefined; readonly facts: ReadonlyMap<string, TopicFacts> },
  ): void {
    const { request, facts } = known;
    const counts = new Map<string, number>();
    if (request !== undefined) counts.set(request.name, partitionsOf(request));
    for (const [name, { partitions }] of facts) counts.set(name, partitions);
    const missing = topicsOf(query).filter((name) => !counts.has(name));
    if (missing.length > 0) throw refuse(statementMessages.topicsMissing(missing));
    planTopics(topology, queryApplicationId(this.#options, query.queryId), counts);
  }
}

/** The topics that a query reads, and the one that it writes. */
function topicsOf({ root }: QueryPlan): readonly string[] {
  const sinks = root.step === 'sink' ? [root.topic] : [];
  return [...new Set([...sourceSteps(root).map(({ topic }) => topic), ...sinks])];
}
