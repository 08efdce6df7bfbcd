import { inTurns } from '../../base/pieces.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { topicNameError } from '../../client/topic-name.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import { streamsAppSettings } from '../../streams/runtime/streams-app-options.ts';
import { internalTopicNames, planTopics } from '../../streams/runtime/topic-plan.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { ClusterNeeds, TopicChanges } from '../host/host.ts';
import { statementMessages } from '../messages/statements.ts';
import type { TopicRequest } from '../physical/topic-request.ts';
import { PendingCode } from '../lowering/pending-code.ts';
import { queryTopology } from '../lowering/query-topology.ts';
import { type QueryPlan, sourceSteps } from '../physical/steps.ts';
import { appOptions, type KafkaHostOptions, queryApplicationId } from './app-options.ts';
import { checkTransactionLimit } from './query-settings.ts';
import { partitionsOf, type TopicRequests } from './topic-requests.ts';

/**
 * Tries a plan without doing it, before it is recorded: whatever the cluster or this version would refuse is refused
 * here. What is recorded is not refused any more.
 */
export class PlanCheck {
  readonly #options: KafkaHostOptions;
  readonly #requests: TopicRequests;
  readonly #admin: Parameters<typeof checkTransactionLimit>[1];

  constructor(
    options: KafkaHostOptions,
    {
      requests,
      admin,
    }: { readonly requests: TopicRequests; readonly admin: Parameters<typeof checkTransactionLimit>[1] },
  ) {
    this.#options = options;
    this.#requests = requests;
    this.#admin = admin;
  }

  /**
   * The cluster is only asked whether it would make the topic: the context says what there is.
   * @throws {DiagnosticError} for what cannot be done; {OperationalError} where the cluster does not say.
   */
  async check(
    { topic, query }: ClusterNeeds,
    context: AnalysisContext,
    changes: TopicChanges = new Map(),
  ): Promise<void> {
    const outcomes = await Promise.allSettled([
      topic === undefined ? undefined : this.#requests.check(topic, { facts: context.topics, changes }),
      query === undefined ? undefined : this.#checkQuery(query, topic, context),
    ]);
    // Where both are wrong, it is the topic that is told.
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #checkQuery(
    query: QueryPlan,
    request: TopicRequest | undefined,
    context: AnalysisContext,
  ): Promise<void> {
    const code = new PendingCode();
    const topology = this.#checkNames(query, { analysis: context, code });
    const applicationId = queryApplicationId(this.#options, query.queryId);
    const settings = streamsAppSettings({ ...appOptions(this.#options, context), applicationId, topology });
    await checkTransactionLimit(settings, this.#admin);
    await inTurns(code.make(), new TimeSlice(this.#options.environment));
    this.#checkTopics(query, topology, { request, facts: context.topics });
  }

  /** Its topology can be built, and what is named by its id can be. */
  #checkNames(
    query: QueryPlan,
    context: { readonly analysis: AnalysisContext; readonly code: PendingCode },
  ): Topology {
    const topology = queryTopology(query, context);
    const applicationId = queryApplicationId(this.#options, query.queryId);
    for (const name of [applicationId, ...internalTopicNames(topology, applicationId)]) {
      const wrong = topicNameError(name);
      if (wrong !== undefined) throw refuse(statementMessages.cannotRun(query.queryId, wrong.message));
    }
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
