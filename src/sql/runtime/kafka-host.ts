import { BehaviorSubject, distinctUntilChanged, Observable } from 'rxjs';
import type { Environment } from '../../base/environment.ts';
import { messageOf } from '../../base/errors.ts';
import { type Logger, silentLogger } from '../../base/logger.ts';
import { Admin } from '../../client/admin/admin.ts';
import { Producer } from '../../client/producer/producer.ts';
import { StreamsBuilder } from '../../streams/builder/streams-builder.ts';
import { StreamsApp, type StreamsState } from '../../streams/runtime/streams-app.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type {
  MaterializedTable,
  ProducedRecord,
  PushOptions,
  PushRecord,
  PushRun,
  QueryState,
  RunningQuery,
  SqlHost,
} from '../engine/host.ts';
import type { TopicRequest } from '../engine/statement-plan.ts';
import { lower } from '../lowering/lower.ts';
import { inputsOf, type QueryPlan, type SourceStep, type Step } from '../physical/steps.ts';
import { materializedTable } from './materialized-table.ts';
import { pushTopology } from './push-topology.ts';
import { END_CHECK_MS, endsOf, untilCommitted } from './topic-ends.ts';

export interface KafkaHostOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string | readonly string[];
  /** A folder for the state of the queries. */
  readonly stateDir: string;
  /** `ksql.service.id`: part of the names of groups and internal topics. */
  readonly serviceId: string;
  /** How often queries commit; 2 s as in ksqlDB. */
  readonly commitIntervalMs?: number;
  /** State that a persistent query holds back before a commit; 10 MiB. With 0 every update becomes a record. */
  readonly cacheBytesMax?: number;
  readonly logger?: Logger;
}

const defaultPartitions = 1;
const errorsMax = 20;

/** Runs SQL on a Kafka cluster: every query is a Streams application of its own. */
export class KafkaHost implements SqlHost {
  readonly #options: KafkaHostOptions;
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #processId: string;

  constructor(options: KafkaHostOptions) {
    this.#options = options;
    this.#processId = processIdOf(options);
    const { environment, bootstrapServers } = options;
    this.#admin = new Admin({ environment, bootstrapServers });
    this.#producer = new Producer({ environment, bootstrapServers });
  }

  async describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, TopicFacts>> {
    const known = new Set((await this.#admin.listTopics()).map(({ name }) => name));
    return this.#facts(names.filter((name) => known.has(name)));
  }

  async listTopics(): Promise<ReadonlyMap<string, TopicFacts>> {
    return this.#facts((await this.#admin.listTopics()).map(({ name }) => name));
  }

  async createTopic(request: TopicRequest): Promise<void> {
    const existing = (await this.describeTopics([request.name])).get(request.name);
    if (existing !== undefined) {
      if (request.partitions === undefined || request.partitions === existing.partitions) return;
      throw sqlError(
        `A Kafka topic with the name '${request.name}' already exists, with different partition/replica configuration ` +
          `than required. KSQL expects ${request.partitions} partitions (topic has ${existing.partitions})`,
      );
    }
    const cleanup = request.cleanupPolicy ?? (request.compacted ? 'compact' : undefined);
    await this.#admin.createTopics([
      {
        name: request.name,
        partitions: request.partitions ?? defaultPartitions,
        ...(request.replicas === undefined ? {} : { replicationFactor: request.replicas }),
        configs: {
          ...(cleanup === undefined ? {} : { 'cleanup.policy': cleanup }),
          ...(request.retentionMs === undefined ? {} : { 'retention.ms': String(request.retentionMs) }),
        },
      },
    ]);
  }

  deleteTopic(name: string): Promise<void> {
    return this.#admin.deleteTopics([name]);
  }

  async produce(record: ProducedRecord): Promise<void> {
    await this.#producer.sendAndWait(record);
  }

  async startQuery(plan: QueryPlan, context: AnalysisContext): Promise<RunningQuery> {
    const query = new AppQuery(plan, context, {
      ...this.#options,
      processId: this.#processId,
      cleanUp: (applicationId) => this.#cleanUp(applicationId),
    });
    if (offsetReset(context) === 'latest') await this.#beginAtEnds(plan, query.applicationId);
    await query.start();
    return query;
  }

  /**
   * Settles where a new query begins before its statement is answered: streams at their ends, so that what is written
   * afterwards is read however long the query takes to start; tables at their beginnings, because they are read whole.
   * A query that has committed before goes on from there.
   */
  async #beginAtEnds(plan: QueryPlan, applicationId: string): Promise<void> {
    if ((await this.#admin.listConsumerGroupOffsets(applicationId)).length > 0) return;
    const sources = sourceSteps(plan.root);
    const topics = await this.#facts([...new Set(sources.map(({ topic }) => topic))]);
    const specs = [...topics].flatMap(([topic, { partitions }]) => {
      const isTable = sources.some((source) => source.topic === topic && source.output === 'TABLE');
      const spec = isTable ? ('earliest' as const) : ('latest' as const);
      return Array.from({ length: partitions }, (_, partition) => ({ topic, partition, spec }));
    });
    if (specs.length === 0) return;
    await this.#admin.alterConsumerGroupOffsets(applicationId, await this.#admin.listOffsets(specs));
  }

  startPush(plan: QueryPlan, context: AnalysisContext, { untilEnd = false }: PushOptions = {}): PushRun {
    const { environment } = this.#options;
    const applicationId = `${prefixOf(this.#options)}${plan.queryId}_${environment.clock.nowMs()}`;
    let app: StreamsApp | undefined;
    let closed: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closed ??= (async () => {
        await app?.close();
        await this.#cleanUp(applicationId);
      })();
      return closed;
    };
    const records$ = new Observable<PushRecord>((subscriber) => {
      const stopped = new AbortController();
      app = new StreamsApp({
        ...appOptions(this.#options, context),
        ...(untilEnd ? { commitIntervalMs: END_CHECK_MS } : {}),
        applicationId,
        topology: pushTopology(plan, context, (record) => subscriber.next(record)),
        stateDir: `${this.#options.stateDir}/${applicationId}`,
        autoOffsetReset: untilEnd ? 'earliest' : (offsetReset(context) ?? 'latest'),
        cacheBytesMax: 0,
      });
      app.errors$.subscribe((error) => subscriber.error(error));
      this.#runPush(app, untilEnd ? { plan, applicationId, signal: stopped.signal } : undefined).then(
        () => untilEnd && subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
      return () => {
        stopped.abort();
        close().catch((error: unknown) => this.#log(`closing ${plan.queryId}: ${messageOf(error)}`));
      };
    });
    return { records$, close };
  }

  /** Starts a push query's application; where it has an end, resolves when that is reached. */
  async #runPush(
    app: StreamsApp,
    until?: { readonly plan: QueryPlan; readonly applicationId: string; readonly signal: AbortSignal },
  ): Promise<void> {
    if (until === undefined) return app.start();
    const topics = await this.#facts([...new Set(sourceSteps(until.plan.root).map(({ topic }) => topic))]);
    const ends = await endsOf(this.#admin, topics);
    if (ends.length === 0) return;
    await app.start();
    const { applicationId: groupId, signal } = until;
    await untilCommitted(this.#admin, { groupId, ends, signal, timers: this.#options.environment.timers });
  }

  /** Releases connections; queries are closed by whoever started them. */
  async close(): Promise<void> {
    await this.#producer.close();
    await this.#admin.close();
  }

  async #facts(names: readonly string[]): Promise<ReadonlyMap<string, TopicFacts>> {
    if (names.length === 0) return new Map();
    const topics = await this.#admin.describeTopics(names);
    return new Map(
      topics.map(({ name, partitions }) => [
        name,
        { partitions: partitions.length, replicas: partitions[0]?.replicas.length ?? 1 },
      ]),
    );
  }

  /** Removes what an application that will not come back has left: internal topics, its group, its state. */
  async #cleanUp(applicationId: string): Promise<void> {
    try {
      const topics = await this.#admin.listTopics({ includeInternal: true });
      const own = topics.map(({ name }) => name).filter((name) => name.startsWith(`${applicationId}-`));
      if (own.length > 0) await this.#admin.deleteTopics(own);
      await this.#admin.removeStaticMembers(applicationId, [instanceOf(applicationId, this.#processId)]);
      await this.#admin.deleteGroups([applicationId]);
    } catch (error) {
      this.#log(`cleaning up ${applicationId}: ${messageOf(error)}`);
    }
    const { environment, stateDir } = this.#options;
    environment.disk.removeDirectory(`${stateDir}/${applicationId}`);
  }

  #log(text: string): void {
    (this.#options.logger ?? silentLogger).warn(text);
  }
}

function sourceSteps(step: Step): readonly SourceStep[] {
  return step.step === 'source' ? [step] : inputsOf(step).flatMap(sourceSteps);
}

function prefixOf({ serviceId }: KafkaHostOptions): string {
  return `_confluent-ksql-${serviceId}`;
}

/**
 * What tells the members of this host's queries from those of other hosts, now and after a restart: it is kept in the
 * state folder, because where the state is, there the member is to come back to (as Kafka Streams keeps its process id).
 */
function processIdOf({ environment, stateDir }: KafkaHostOptions): string {
  const { disk, random } = environment;
  const file = `${stateDir}/process-id`;
  disk.makeDirectory(stateDir);
  if (disk.exists(file)) return disk.readFile(file).toString('utf8').trim();
  const id = Buffer.from(random.bytes(16)).toString('base64url');
  disk.replaceFile(file, Buffer.from(`${id}\n`));
  return id;
}

const instanceOf = (applicationId: string, processId: string): string => `${applicationId}-${processId}`;

function appOptions(options: KafkaHostOptions, context: AnalysisContext) {
  const { environment, bootstrapServers, commitIntervalMs = 2000, logger = silentLogger } = options;
  const { cacheBytesMax } = options;
  return {
    environment,
    bootstrapServers,
    commitIntervalMs,
    ...(cacheBytesMax === undefined ? {} : { cacheBytesMax }),
    logger,
    // As ksqlDB does: a record that cannot be read is logged and skipped.
    onFailure: { deserialization: 'continue' },
    config: streamsConfig(context),
  } as const;
}

/** `ksql.streams.x` is the setting `x` of Streams. */
function streamsConfig(context: AnalysisContext): Readonly<Record<string, string>> {
  const prefix = 'ksql.streams.';
  const entries = Object.entries(context.properties).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}

function offsetReset({ properties }: AnalysisContext): 'earliest' | 'latest' | undefined {
  const value = properties['auto.offset.reset'] ?? properties['ksql.streams.auto.offset.reset'];
  return value === 'earliest' || value === 'latest' ? value : undefined;
}

/** What a query needs of its host. */
interface QueryHost extends KafkaHostOptions {
  readonly processId: string;
  readonly cleanUp: (applicationId: string) => Promise<void>;
}

/** A persistent query. Pausing stops its application, resuming starts one that goes on where the last one committed. */
class AppQuery implements RunningQuery {
  readonly plan: QueryPlan;
  readonly table: MaterializedTable | undefined;
  readonly #context: AnalysisContext;
  readonly #host: QueryHost;
  readonly applicationId: string;
  readonly #topology: Topology;
  readonly #state = new BehaviorSubject<QueryState>('CREATED');
  readonly #errors: string[] = [];
  #app: StreamsApp;
  /** Pausing and resuming one after the other. */
  #changes: Promise<void> = Promise.resolve();

  constructor(plan: QueryPlan, context: AnalysisContext, host: QueryHost) {
    this.plan = plan;
    this.#context = context;
    this.#host = host;
    this.applicationId = `${prefixOf(host)}query_${plan.queryId}`;
    const builder = new StreamsBuilder();
    lower(plan.root, {
      builder,
      analysis: context,
      onError: (error, text) => this.#remember(`${text}: ${messageOf(error)}`),
    });
    this.#topology = builder.build();
    this.#app = this.#newApp();
    this.table = materializedTable(plan, context, {
      keyValueStore: (name) => this.#app.keyValueStore(name),
      windowStore: (name) => this.#app.windowStore(name),
    });
  }

  get state$(): Observable<QueryState> {
    return this.#state.pipe(distinctUntilChanged());
  }

  state(): QueryState {
    return this.#state.value;
  }

  errors(): readonly string[] {
    return this.#errors;
  }

  recordsProcessed(): number {
    return Object.values(this.#app.metrics().tasks).reduce((sum, { processed }) => sum + processed, 0);
  }

  start(): Promise<void> {
    return this.#app.start();
  }

  pause(): void {
    if (this.#state.value === 'PAUSED') return;
    this.#state.next('PAUSED');
    this.#change(() => this.#app.close());
  }

  resume(): void {
    if (this.#state.value !== 'PAUSED') return;
    this.#state.next('CREATED');
    this.#change(async () => {
      this.#app = this.#newApp();
      await this.#app.start();
    });
  }

  describeTopology(): string {
    return this.#topology.describe();
  }

  async close(options: { readonly cleanUp: boolean } = { cleanUp: false }): Promise<void> {
    await this.#changes;
    await this.#app.close();
    if (options.cleanUp) await this.#host.cleanUp(this.applicationId);
    this.#state.next('CLOSED');
    this.#state.complete();
  }

  #change(step: () => Promise<void>): void {
    this.#changes = this.#changes.then(step).catch((error: unknown) => {
      this.#remember(messageOf(error));
      this.#state.next('ERROR');
    });
  }

  #newApp(): StreamsApp {
    const app = new StreamsApp({
      ...appOptions(this.#host, this.#context),
      applicationId: this.applicationId,
      topology: this.#topology,
      stateDir: `${this.#host.stateDir}/${this.applicationId}`,
      // A server that was killed comes back as the same member, and its queries go on at once. Without that the group
      // would first wait for the session of a member to end that is gone.
      consumer: { groupInstanceId: instanceOf(this.applicationId, this.#host.processId) },
      autoOffsetReset: offsetReset(this.#context) ?? 'earliest',
    });
    app.state$.subscribe((state) => {
      if (this.#app === app || this.#state.value === 'CREATED') this.#follow(state);
    });
    app.errors$.subscribe((error) => this.#remember(messageOf(error)));
    return app;
  }

  #follow(state: StreamsState): void {
    if (this.#state.value === 'PAUSED') return;
    if (state === 'RUNNING' || state === 'REBALANCING' || state === 'ERROR') this.#state.next(state);
  }

  #remember(error: string): void {
    this.#errors.push(error);
    if (this.#errors.length > errorsMax) this.#errors.shift();
  }
}
