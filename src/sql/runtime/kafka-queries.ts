import { NEVER } from 'rxjs';
import { childPath } from '../../base/child-path.ts';
import { messageOf } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import { inTurns } from '../../base/pieces.ts';
import { RepeatedWarnings } from '../../base/repeated-warnings.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { Admin } from '../../client/admin/admin.ts';
import type { SharedConnections } from '../../client/cluster/shared-connections.ts';
import type { ListedOffset } from '../../client/types.ts';
import type { ProcessingTurn } from '../../streams/runtime/processing-turn.ts';
import { StreamsApp } from '../../streams/runtime/streams-app.ts';
import type { StreamsAppOptions } from '../../streams/runtime/streams-app-options.ts';
import { StreamsHost } from '../../streams/runtime/streams-host.ts';
import { transactionalIdOf } from '../../streams/runtime/thread-clients.ts';
import { internalTopicNames } from '../../streams/runtime/topic-plan.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import type { PushOptions, PushRun } from '../host/host.ts';
import { readyFunctions } from '../functions/user/ready-functions.ts';
import { PendingCode } from '../lowering/pending-code.ts';
import { type QueryPlan, sourceSteps } from '../physical/steps.ts';
import { ApplicationLeftovers } from './application-leftovers.ts';
import { AppPush } from './app-push.ts';
import { AppQuery } from './app-query.ts';
import {
  appOptions,
  hostFolder,
  isQuery,
  type KafkaHostOptions,
  offsetReset,
  prefixOf,
  queryApplicationId,
} from './app-options.ts';
import { InstanceIds } from './instance-ids.ts';
import { endLeftTransactions } from './left-transactions.ts';
import { pushTopology } from './push-topology.ts';
import { errorKindOf } from './query-errors.ts';
import type { OpenedServer, QueryRuntime } from './query-runtime.ts';
import { ProcessingLog } from './processing-log/processing-log.ts';
import { type RegistryForQueries, SchemaCache } from './schema-cache.ts';
import { RestoredQueries } from './restored-queries.ts';
import { TopicTails } from './tail/topic-tails.ts';
import { END_CHECK_MS, endsOf, untilCommitted } from './topic-ends.ts';
import { topicFacts } from './topic-facts.ts';
import { UnstartedQuery } from './unstarted-query.ts';

/** How long queries may take to end that still run when the host is closed. */
const CLOSE_MS_MAX = 2_000;

/** What queries need of the cluster besides clients of their own; whoever gives it closes it, after them. */
interface QueryCluster {
  readonly admin: Admin;
  readonly describeTopics: (names: readonly string[]) => Promise<ReadonlyMap<string, TopicFacts>>;
  /** What the admin client shares with the clients of the queries. */
  readonly connections: SharedConnections;
  readonly registry: RegistryForQueries;
}

interface KafkaPushOptions extends PushOptions {
  /** Called before each record that is processed: what was emitted until then comes of the records before it. */
  readonly onRecord?: () => void;
  /** Taken while code of the query runs. */
  readonly turn?: ProcessingTurn;
}

/** Runs queries on this thread: every one is a Streams application of its own. */
export class KafkaQueries implements QueryRuntime {
  /** They ask whoever has made this. */
  readonly topics$ = NEVER;
  /** Whoever could ask is held up, too. */
  readonly standstill = undefined;
  readonly #options: KafkaHostOptions;
  #applicationServer: string | undefined;
  readonly #admin: Admin;
  readonly #describeTopics: QueryCluster['describeTopics'];
  /** What the applications of all queries share. */
  readonly #streams: StreamsHost;
  readonly #instanceIds: InstanceIds;
  readonly #leftovers: ApplicationLeftovers;
  readonly #restored: RestoredQueries;
  readonly #schemas: SchemaCache;
  readonly #processingLog: ProcessingLog | undefined;
  readonly #tails: TopicTails;
  /** Until then no query begins a transaction. */
  #transactionsEnded: Promise<void> | undefined;

  constructor(options: KafkaHostOptions, { admin, describeTopics, connections, registry }: QueryCluster) {
    this.#options = options;
    this.#applicationServer = options.applicationServer;
    this.#admin = admin;
    this.#describeTopics = describeTopics;
    this.#schemas = new SchemaCache(registry);
    this.#instanceIds = new InstanceIds(options);
    const { environment, bootstrapServers, processingLog, logger = silentLogger } = options;
    if (processingLog !== undefined) {
      this.#processingLog = new ProcessingLog(
        { ...processingLog, environment, bootstrapServers, logger },
        connections,
      );
    }
    this.#streams = new StreamsHost(
      {
        environment,
        bootstrapServers,
        stateDir: hostFolder(options, options.stateDir),
        clientId: prefixOf(options),
        logger,
        cacheBytesMax: options.sharedCacheBytesMax,
        blockCacheBytes: options.sharedBlockCacheBytes,
      },
      { connections },
    );
    const { fetches, decoding } = this.#streams;
    this.#tails = new TopicTails({
      ...{ environment, bootstrapServers, logger, admin, connections, fetches, decoding },
      clientId: `${prefixOf(options)}push`,
      describe: async (topic) => (await topicFacts(admin, [topic])).get(topic),
      drops: new RepeatedWarnings(logger, environment),
    });
    this.#restored = new RestoredQueries(environment.timers);
    this.#leftovers = new ApplicationLeftovers(options, {
      admin,
      instanceId: (applicationId) => this.#instanceIds.of(applicationId),
      removeState: (applicationId) => this.#streams.removeState(applicationId),
    });
  }

  /** They run on this thread. */
  open({ applicationServer }: OpenedServer = {}): void {
    this.#applicationServer = applicationServer ?? this.#options.applicationServer;
  }

  /** It is where they have left it. */
  placeState(): void {}

  /** Whoever could ask is held up, too. */
  checkTakes(): void {}

  /** @param turn taken while code of the query runs. */
  newQuery(plan: QueryPlan, context: AnalysisContext, turn?: ProcessingTurn): AppQuery | UnstartedQuery {
    try {
      return this.#appQuery(plan, context, turn);
    } catch (error) {
      return this.#unstarted(plan, error);
    }
  }

  get restored(): QueryRuntime['restored'] {
    return this.#restored.progress;
  }

  #unstarted(plan: QueryPlan, error: unknown): UnstartedQuery {
    this.#log(`query ${plan.queryId} cannot be started: ${messageOf(error)}`);
    const timestampMs = this.#options.environment.clock.nowMs();
    const groupId = queryApplicationId(this.#options, plan.queryId);
    return new UnstartedQuery(plan, {
      groupId,
      error: { timestampMs, message: messageOf(error), kind: errorKindOf(error) },
      cleanUp: () => this.#leftovers.remove({ applicationId: groupId, internalTopics: undefined }),
    });
  }

  #appQuery(plan: QueryPlan, context: AnalysisContext, turn: ProcessingTurn | undefined): AppQuery {
    return new AppQuery(plan, context, {
      ...this.#options,
      applicationServer: this.#applicationServer,
      turn,
      instanceIds: this.#instanceIds,
      admin: this.#admin,
      schemas: this.#schemas,
      streams: this.#streams,
      log: this.#processingLog,
      describeTopics: this.#describeTopics,
      note: (applicationId, internalTopics) => this.#leftovers.note(applicationId, internalTopics),
      finish: async (applicationId) => {
        await readyFunctions(plan.functions);
        await this.#endTransactions();
        await this.#leftovers.finish(applicationId);
      },
      begin: async (applicationId) => {
        if (offsetReset(context) !== 'latest') return;
        await this.#beginAtEnds(plan, applicationId, { tables: 'earliest' });
      },
      cleanUp: (ended) => this.#leftovers.remove(ended),
      startInTurn: (query) => this.#restored.add(query),
    });
  }

  /** Ends the transactions that were open when the process was killed that had this folder before. */
  #endTransactions(): Promise<void> {
    return (this.#transactionsEnded ??= endLeftTransactions(this.#transactionalIds(), {
      ...{ admin: this.#admin, timers: this.#options.environment.timers, logger: this.#options.logger },
    }));
  }

  /** Of the queries that have a folder here. */
  #transactionalIds(): ReadonlySet<string> {
    const { stateDir, environment } = this.#options;
    const { disk } = environment;
    const names = disk.exists(stateDir) ? disk.list(stateDir) : [];
    const queries = names.filter((name) => isQuery(this.#options, name));
    return new Set(
      queries.map((name) => transactionalIdOf(name, this.#instanceIds.transactions(name).id(), 1)),
    );
  }

  /**
   * Settles where a new query begins before its statement is answered: streams at their ends, so that what is written
   * afterwards is read however long the query takes to start. The tables of a persistent query begin at their beginnings,
   * because they are read whole. A query that has committed before goes on from there.
   */
  async #beginAtEnds(
    plan: QueryPlan,
    applicationId: string,
    { tables }: { readonly tables: 'earliest' | 'latest' },
  ): Promise<void> {
    const [committed, offsets] = await Promise.all([
      this.#admin.listConsumerGroupOffsets(applicationId),
      this.#endsOf(plan, tables),
    ]);
    if (committed.length > 0 || offsets.length === 0) return;
    await this.#admin.alterConsumerGroupOffsets(applicationId, offsets);
  }

  /** Where the streams that a plan reads end now; its tables there, too, or at their beginnings. */
  async #endsOf(plan: QueryPlan, tables: 'earliest' | 'latest'): Promise<readonly ListedOffset[]> {
    const sources = sourceSteps(plan.root);
    const topics = await topicFacts(this.#admin, [...new Set(sources.map(({ topic }) => topic))]);
    const specs = [...topics].flatMap(([topic, { partitions }]) => {
      const isTable = sources.some((source) => source.topic === topic && source.output === 'TABLE');
      const spec = isTable ? tables : 'latest';
      return Array.from({ length: partitions }, (_, partition) => ({ topic, partition, spec }));
    });
    // What is in a transaction still comes, if it is committed.
    const isolationLevel = 'read_committed';
    return specs.length === 0 ? [] : this.#admin.listOffsets(specs, { isolationLevel });
  }

  async startPush(
    plan: QueryPlan,
    context: AnalysisContext,
    options: KafkaPushOptions = {},
  ): Promise<PushRun> {
    await readyFunctions(plan.functions);
    return plan.isShared === true
      ? this.#startShared(plan, context, options)
      : this.#startAlone(plan, context, options);
  }

  /** A query behind a reader that others have, too. */
  async #startShared(
    plan: QueryPlan,
    context: AnalysisContext,
    { continues, onRecord, turn }: KafkaPushOptions,
  ): Promise<PushRun> {
    const code = new PendingCode();
    const { onFailure } = appOptions(this.#options, context);
    const run = await this.#tails.start(plan, {
      ...{ context, continues, onRecord, turn, onFailure },
      topologyOf: (emit) => pushTopology(plan, { analysis: context, code, schemas: this.#schemas }, emit),
    });
    try {
      await inTurns(code.make(), new TimeSlice(this.#options.environment));
    } catch (error) {
      await run.close();
      throw error;
    }
    return run;
  }

  /** A query that is an application of its own. */
  async #startAlone(
    plan: QueryPlan,
    context: AnalysisContext,
    { untilEnd = false, onRecord, turn }: KafkaPushOptions,
  ): Promise<PushRun> {
    const { environment } = this.#options;
    const applicationId = `${prefixOf(this.#options)}${plan.queryId}_${environment.clock.nowMs()}`;
    const begins = untilEnd ? 'earliest' : (offsetReset(context) ?? 'latest');
    let internalTopics: readonly string[] | undefined;
    let noted: Promise<void> = Promise.resolve();
    const code = new PendingCode();
    const push = new AppPush({
      applicationId,
      newApp: (emit, backPressure) => {
        const topology = pushTopology(plan, { analysis: context, code, schemas: this.#schemas }, emit);
        internalTopics = internalTopicNames(topology, applicationId);
        noted = this.#leftovers.note(applicationId, internalTopics);
        // It is told to whoever waits for it.
        noted.catch(() => undefined);
        return this.#pushApp({ applicationId, topology, backPressure }, { context, begins, untilEnd, turn });
      },
      run: async (app, signal) => {
        await noted;
        await inTurns(code.make(), new TimeSlice(environment));
        if (!signal.aborted) await this.#runPush(app, untilEnd ? { plan, applicationId, signal } : undefined);
        return untilEnd;
      },
      cleanUp: async () => {
        await noted.catch(() => undefined);
        await this.#leftovers.remove({ applicationId, internalTopics });
      },
      log: (text) => this.#log(text),
      onRecord,
    });
    if (begins !== 'earliest') await this.#beginPush(push, { plan, applicationId });
    return push;
  }

  #pushApp(
    given: Pick<StreamsAppOptions, 'applicationId' | 'topology' | 'backPressure'>,
    push: {
      readonly context: AnalysisContext;
      readonly begins: 'earliest' | 'latest';
      readonly untilEnd: boolean;
      readonly turn: ProcessingTurn | undefined;
    },
  ): StreamsApp {
    const { applicationId } = given;
    // Its rows go to who reads it as they come: a transaction that is aborted would tell them again.
    const common = appOptions(this.#options, push.context, 'at_least_once');
    const settings: StreamsAppOptions = {
      ...common,
      // Where the server is killed, its next life can remove the member, and with that the group.
      consumer: { ...common.consumer, groupInstanceId: this.#instanceIds.of(applicationId) },
      ...(push.untilEnd ? { commitIntervalMs: END_CHECK_MS } : {}),
      ...given,
      stateDir: childPath(this.#options.stateDir, applicationId),
      autoOffsetReset: push.begins,
      cacheBytesMax: 0,
      host: this.#streams,
    };
    return new StreamsApp(settings, { turn: push.turn });
  }

  /** Settles where a push query begins, before it is answered that it runs. */
  async #beginPush(
    push: AppPush,
    { plan, applicationId }: { readonly plan: QueryPlan; readonly applicationId: string },
  ): Promise<void> {
    try {
      await this.#leftovers.note(applicationId, []);
      await this.#beginAtEnds(plan, applicationId, { tables: 'latest' });
    } catch (error) {
      await push.close();
      throw error;
    }
  }

  /** Starts a push query's application; where it has an end, resolves when that is reached. */
  async #runPush(
    app: StreamsApp,
    until?: { readonly plan: QueryPlan; readonly applicationId: string; readonly signal: AbortSignal },
  ): Promise<void> {
    if (until === undefined) return app.start();
    const { applicationId: groupId, signal } = until;
    const topics = await topicFacts(this.#admin, [
      ...new Set(sourceSteps(until.plan.root).map(({ topic }) => topic)),
    ]);
    const ends = await endsOf(this.#admin, topics);
    if (ends.length === 0 || signal.aborted) return;
    await app.start();
    await untilCommitted(this.#admin, { groupId, ends, signal, timers: this.#options.environment.timers });
  }

  async removeLeftovers(endedQueries: readonly string[]): Promise<void> {
    await this.#endTransactions();
    return this.#leftovers.removeKilled(endedQueries.map((id) => queryApplicationId(this.#options, id)));
  }

  async close(): Promise<void> {
    this.#leftovers.leaveToNextStart();
    await this.#tails.close();
    await Promise.all([this.#streams.close({ timeoutMs: CLOSE_MS_MAX }), this.#processingLog?.close()]);
  }

  #log(text: string): void {
    (this.#options.logger ?? silentLogger).warn(text);
  }
}
