import { OperationalError } from '../../base/errors.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import { silentLogger } from '../../base/logger.ts';
import { Admin } from '../../client/admin/admin.ts';
import { SharedConnections } from '../../client/cluster/shared-connections.ts';
import { Producer } from '../../client/producer/producer.ts';
import { noRegistry } from '../../serde/schemas/no-registry.ts';
import type { SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import type {
  ClusterNeeds,
  ProducedRecord,
  PushOptions,
  PushRun,
  RunningQuery,
  SqlHost,
  TopicChanges,
} from '../host/host.ts';
import type { TopicRequest } from '../physical/topic-request.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { KafkaHostOptions } from './app-options.ts';
import { KafkaQueries } from './kafka-queries.ts';
import { KnownTopics } from './known-topics.ts';
import { PlanCheck } from './plan-check.ts';
import { checkTransactionLimit, querySettings } from './query-settings.ts';
import type { OpenedServer, QueryRuntime } from './query-runtime.ts';
import { topicFacts } from './topic-facts.ts';
import { TopicRequests } from './topic-requests.ts';

/** How long closing waits for records that are not acknowledged yet. */
const CLOSE_MS_MAX = 2_000;
const DEFAULT_KAFKA_TIMEOUT_MS = 15_000;

const NO_TOPIC: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID']);

/** Runs SQL on a Kafka cluster: it looks after topics itself, and a {@link QueryRuntime} runs its queries. */
export class KafkaHost implements SqlHost {
  readonly #options: KafkaHostOptions;
  readonly #life: Lifecycle;
  readonly registry: SchemaRegistryClient;
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #requests: TopicRequests;
  readonly #check: PlanCheck;
  readonly #known: KnownTopics;
  readonly #queries: QueryRuntime;

  /**
   * @param parts.runtime runs the queries; without one they run on this thread.
   * @param parts.connections what its clients share with others of this thread.
   */
  constructor(
    options: KafkaHostOptions,
    {
      runtime,
      connections = new SharedConnections(),
    }: { readonly runtime?: QueryRuntime; readonly connections?: SharedConnections } = {},
  ) {
    this.#options = options;
    const { environment, bootstrapServers, logger = silentLogger } = options;
    const { kafkaTimeoutMs = DEFAULT_KAFKA_TIMEOUT_MS } = options;
    const admin = new Admin(
      { environment, bootstrapServers, defaultApiTimeoutMs: kafkaTimeoutMs },
      { connections },
    );
    const { registry = noRegistry } = options;
    this.registry = registry;
    this.#admin = admin;
    this.#producer = new Producer(
      {
        environment,
        bootstrapServers,
        // Whoever inserts a row waits for it, and nothing else fills its batch.
        lingerMs: 0,
        blockMsMax: kafkaTimeoutMs,
        deliveryTimeoutMs: kafkaTimeoutMs,
        requestTimeoutMs: kafkaTimeoutMs,
      },
      { connections },
    );
    this.#known = new KnownTopics({
      timers: environment.timers,
      describe: (names) => topicFacts(admin, names),
    });
    const describeTopics = (names: readonly string[]) => this.#known.describe(names);
    this.#requests = new TopicRequests({ admin, describe: describeTopics });
    this.#check = new PlanCheck(options, { requests: this.#requests, admin });
    this.#queries = runtime ?? new KafkaQueries(options, { admin, describeTopics, connections, registry });
    this.#queries.topics$.subscribe(({ names, facts }) => this.#known.learn(names, facts));
    this.#life = new Lifecycle('the host of the queries', { timers: environment.timers, logger });
    const clients = this.#life.stage();
    clients.add({ name: 'the admin client', close: () => admin.close() });
    clients.add({ name: 'the producer', close: () => this.#producer.close({ timeoutMs: CLOSE_MS_MAX }) });
    clients.add({ name: 'what runs the queries', close: () => this.#queries.close() });
  }

  /**
   * Checks the settings of queries that say nothing themselves.
   * @returns asks the cluster about those, too, and rejects for what it does not allow.
   * @throws {DiagnosticError} for settings that cannot hold together.
   */
  checkSettings(properties: AnalysisContext['properties']): () => Promise<void> {
    const settings = querySettings(this.#options, properties);
    return () => checkTransactionLimit(settings, this.#admin);
  }

  /** Starts what runs the queries. Nothing of an earlier life is touched. */
  open(known: OpenedServer = {}): void {
    this.#queries.open(known);
  }

  /** Has the state of queries come to where they run. Called once, when it is open and before there is any query. */
  placeState(): void {
    this.#queries.placeState();
  }

  describeTopics(
    names: readonly string[],
    { orKnown = false }: { readonly orKnown?: boolean } = {},
  ): Promise<ReadonlyMap<string, TopicFacts>> {
    return orKnown ? this.#known.describeSoon(names) : this.#known.describe(names);
  }

  async listTopics(): Promise<ReadonlyMap<string, TopicFacts>> {
    const names = (await this.#admin.listTopics()).map(({ name }) => name);
    return topicFacts(this.#admin, names);
  }

  async check(needs: ClusterNeeds, context: AnalysisContext, changes?: TopicChanges): Promise<void> {
    await this.#check.check(needs, context, changes);
    if (needs.query !== undefined) this.#queries.checkTakes(needs.query);
  }

  createTopic(request: TopicRequest): Promise<boolean> {
    return this.#requests.create(request);
  }

  async deleteTopic(
    name: string,
    { topicId }: { readonly topicId?: string | undefined } = {},
  ): Promise<boolean> {
    const admin = this.#admin;
    try {
      await (topicId === undefined ? admin.deleteTopics([name]) : admin.deleteTopicsWithIds([topicId]));
      return true;
    } catch (error) {
      if (!(error instanceof OperationalError) || !NO_TOPIC.has(error.code)) throw error;
      return false;
    }
  }

  async produce(record: ProducedRecord): Promise<void> {
    await this.#producer.sendAndWait(record);
  }

  newQuery(plan: QueryPlan, context: AnalysisContext): RunningQuery {
    return this.#queries.newQuery(plan, context);
  }

  startPush(plan: QueryPlan, context: AnalysisContext, options: PushOptions = {}): Promise<PushRun> {
    return this.#queries.startPush(plan, context, options);
  }

  /** How many queries were restored that can be started, and how many of them have started. */
  get restored(): { readonly started: number; readonly total: number } {
    return this.#queries.restored;
  }

  /** What keeps queries from going on though nothing has failed; undefined while nothing does. */
  get standstill(): string | undefined {
    return this.#queries.standstill;
  }

  /**
   * Removes what a server that was killed has left. Called before the first push query starts, which need not wait.
   * @param endedQueries ids of the queries that were terminated, as far as none has taken their place.
   */
  removeLeftovers(endedQueries: readonly string[] = []): Promise<void> {
    return this.#queries.removeLeftovers(endedQueries);
  }

  /**
   * Releases connections, which ends whatever still waits for the cluster; queries that run are closed by whoever started
   * them.
   */
  close(): Promise<void> {
    return this.#life.close();
  }
}
