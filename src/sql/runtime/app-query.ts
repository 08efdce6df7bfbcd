import { BehaviorSubject, distinctUntilChanged, type Observable } from 'rxjs';
import { childPath } from '../../base/child-path.ts';
import type { Timer } from '../../base/environment.ts';
import { AssertionFailure, messageOf } from '../../base/errors.ts';
import { type Logger, silentLogger } from '../../base/logger.ts';
import { inTurns } from '../../base/pieces.ts';
import { RepeatedWarnings } from '../../base/repeated-warnings.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { Admin } from '../../client/admin/admin.ts';
import type { StreamsAppOptions } from '../../streams/runtime/streams-app-options.ts';
import type { SchemaCache } from './schema-cache.ts';
import { setAsideFile } from '../../streams/runtime/database-folder.ts';
import type { ProcessingTurn } from '../../streams/runtime/processing-turn.ts';
import type { StoreLags, StreamsMetadata } from '../../streams/runtime/state-locations.ts';
import { StreamsApp } from '../../streams/runtime/streams-app.ts';
import type { StreamsHost } from '../../streams/runtime/streams-host.ts';
import type { StreamsState } from '../../streams/runtime/streams-metrics.ts';
import { internalTopicNames } from '../../streams/runtime/topic-plan.ts';
import { isFencedInstance } from '../../streams/runtime/transaction-failure.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import { errorClassifier } from './error-classifiers.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import type {
  MaterializedTable,
  QueryError,
  QueryState,
  QueryStatistics,
  RunningQuery,
} from '../host/host.ts';
import { PendingCode } from '../lowering/pending-code.ts';
import { queryTopology } from '../lowering/query-topology.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { appTable } from './app-table.ts';
import {
  appOptions,
  DEFAULT_BACKOFF,
  DEFAULT_QUERY_ERRORS_MAX,
  type KafkaHostOptions,
  offsetReset,
  queryApplicationId,
} from './app-options.ts';
import type { EndedApplication } from './application-leftovers.ts';
import type { InstanceIds } from './instance-ids.ts';
import { QueryCounts } from './query-counts.ts';
import type { ProcessingLog } from './processing-log/processing-log.ts';
import { QueryErrors } from './query-errors.ts';
import { QueryPositions } from './query-positions.ts';
import { RowFailures } from './row-failures.ts';
import { RestartBackoff } from '../../base/restart-backoff.ts';

/** Where a query begins to read whose session does not say. */
const DEFAULT_RESET = 'earliest';

/** What a query needs of its host. */
interface QueryHost extends KafkaHostOptions {
  /** By what its group knows the query, and its transactions are named. */
  readonly instanceIds: InstanceIds;
  readonly admin: Admin;
  /** What its application shares with those of other queries. */
  readonly streams?: StreamsHost;
  readonly schemas: SchemaCache;
  /** Absent: rows that fail are told in the server's log alone. */
  readonly log?: ProcessingLog | undefined;
  readonly describeTopics: (names: readonly string[]) => Promise<ReadonlyMap<string, TopicFacts>>;
  /** Ends the removing of what an earlier query of this id has left. Called before each start, until one has succeeded. */
  readonly finish: (applicationId: string) => Promise<void>;
  /** Settles where it begins to read. Called with each start, until one has succeeded. */
  readonly begin: (applicationId: string) => Promise<void>;
  /** Called before each start with the topics that it may make. */
  readonly note: (applicationId: string, internalTopics: readonly string[]) => Promise<void>;
  readonly cleanUp: (ended: EndedApplication) => Promise<void>;
  /** Taken while its code runs. */
  readonly turn?: ProcessingTurn | undefined;
  /** Starts a query among others. */
  readonly startInTurn: (query: AppQuery) => void;
}

/**
 * A persistent query: an application of its own, and somebody who watches it. When the application fails, the query is in
 * ERROR, and after a while another application goes on where the last one committed. Pausing stops the application,
 * resuming starts one.
 */
export class AppQuery implements RunningQuery {
  readonly plan: QueryPlan;
  readonly table: MaterializedTable | undefined;
  readonly applicationId: string;
  readonly #context: AnalysisContext;
  readonly #host: QueryHost;
  readonly #logger: Logger;
  readonly #warnings: RepeatedWarnings;
  readonly #topology: Topology;
  /** Of the topology, as far as there is much of it. */
  readonly #code = new PendingCode();
  readonly #state = new BehaviorSubject<QueryState>('CREATED');
  readonly #errors: QueryErrors;
  readonly #failures: RowFailures;
  readonly #backoff: RestartBackoff;
  readonly #counts: QueryCounts;
  readonly #positions: QueryPositions;
  #app: StreamsApp;
  /** What was told of offsets that were lost. */
  readonly #rewinds = new Set<string>();
  #hasStarted = false;
  #isClosed = false;
  /** What made the application fail that is in ERROR. */
  #failure: unknown;
  #restart: Timer | undefined;
  /** Starting, pausing and resuming, one after the other. */
  #changes: Promise<void> = Promise.resolve();

  constructor(plan: QueryPlan, context: AnalysisContext, host: QueryHost) {
    this.plan = plan;
    this.#context = context;
    this.#host = host;
    this.#logger = (host.logger ?? silentLogger).child({ queryId: plan.queryId });
    this.#warnings = new RepeatedWarnings(this.#logger, host.environment);
    this.#backoff = new RestartBackoff(host.restartBackoff ?? DEFAULT_BACKOFF, host.environment);
    const { properties } = context;
    this.#errors = new QueryErrors({
      sizeMax: host.queryErrorsMax ?? DEFAULT_QUERY_ERRORS_MAX,
      nowMs: () => host.environment.clock.nowMs(),
      classify: errorClassifier(properties),
    });
    const told = { errors: this.#errors, warnings: this.#warnings, log: host.log };
    this.#failures = new RowFailures({ queryId: plan.queryId, properties, ...told });
    this.applicationId = queryApplicationId(host, plan.queryId);
    this.#topology = queryTopology(plan, {
      analysis: context,
      schemas: host.schemas,
      code: this.#code,
      onError: (error, text, row) => this.#failures.failed(error, text, row),
      onUntimed: (error, of) => this.#failures.untimed(error, of),
    });
    this.#app = this.#newApp();
    this.#counts = new QueryCounts({
      environment: host.environment,
      intervals: host.streams?.intervals ?? host.environment.timers,
      groupId: this.applicationId,
      current: () => this.#app.metrics(),
      errors: () => this.#errors.total,
    });
    this.#positions = new QueryPositions({
      admin: host.admin,
      timers: host.environment.timers,
      describe: host.describeTopics,
      topology: this.#topology,
      groupId: this.applicationId,
      beginsEarliest: (offsetReset(context) ?? DEFAULT_RESET) === 'earliest',
    });
    this.table = appTable(plan, {
      ...{ analysis: context, code: this.#code, topology: this.#topology },
      app: () => this.#app,
      timers: host.environment.timers,
    });
  }

  get state$(): Observable<QueryState> {
    return this.#state.pipe(distinctUntilChanged());
  }

  state(): QueryState {
    return this.#state.value;
  }

  errors(): readonly QueryError[] {
    return this.#errors.list();
  }

  /** Emits when {@link errors} has changed. */
  get errorsChanged$(): Observable<void> {
    return this.#errors.changed$;
  }

  async statistics(): Promise<QueryStatistics> {
    return this.#counts.statistics(await this.#positions.inputs(this.#app.metrics().tasks));
  }

  async clients(): Promise<readonly StreamsMetadata[]> {
    return this.#app.metadataForAllStreamsClients();
  }

  lags(): Promise<StoreLags> {
    return this.#app.allLocalStorePartitionLags();
  }

  async start({ isRestored }: { readonly isRestored: boolean } = { isRestored: false }): Promise<void> {
    if (isRestored) this.#host.startInTurn(this);
    else await this.takeUp();
  }

  /** Starts it; what keeps it from starting is tried again. Resolves after the first attempt, and never rejects. */
  takeUp(): Promise<void> {
    return this.#change(() => this.#startApp());
  }

  pause(): void {
    if (this.#isClosed || this.#state.value === 'PAUSED') return;
    this.#cancelRestart();
    this.#state.next('PAUSED');
    void this.#change(() => this.#app.close());
  }

  resume(): void {
    if (this.#isClosed || this.#state.value !== 'PAUSED') return;
    this.#state.next('CREATED');
    void this.#change(() => this.#startApp());
  }

  describeTopology(): string {
    return this.#topology.describe();
  }

  async close(options: { readonly cleanUp: boolean } = { cleanUp: false }): Promise<void> {
    this.#isClosed = true;
    this.#cancelRestart();
    this.#counts.close();
    this.#warnings.flush();
    await this.#app.close();
    if (options.cleanUp) {
      await this.#host.cleanUp({ applicationId: this.applicationId, internalTopics: this.#internalTopics });
    }
    this.#state.next('CLOSED');
    this.#state.complete();
  }

  get #internalTopics(): readonly string[] {
    return internalTopicNames(this.#topology, this.applicationId);
  }

  get #stateDir(): string {
    return childPath(this.#host.stateDir, this.applicationId);
  }

  #change(step: () => Promise<void>): Promise<void> {
    this.#changes = this.#changes.then(step).catch((error: unknown) => this.#onFailed(error));
    return this.#changes;
  }

  async #startApp(): Promise<void> {
    if (this.#isClosed || this.#state.value === 'PAUSED') return;
    if (!this.#hasStarted) await this.#host.finish(this.applicationId);
    await this.#host.schemas.prepare(this.plan);
    await inTurns(this.#code.make(), new TimeSlice(this.#host.environment));
    // Meanwhile it may have been closed or paused.
    if (this.#isClosed || this.state() === 'PAUSED') return;
    this.#counts.retire();
    this.#positions.forgetPlan();
    setAsideFile(this.#host.environment, this.#stateDir, this.#logger);
    await this.#host.note(this.applicationId, this.#internalTopics);
    if (this.#app.state !== 'CREATED') this.#app = this.#newApp();
    // Closed in between, nobody has seen this application, and it must not start.
    if (this.#isClosed || this.state() === 'PAUSED') return this.#app.close();
    const begun = this.#hasStarted ? undefined : this.#host.begin(this.applicationId);
    await this.#app.start(begun === undefined ? {} : { after: begun });
    this.#hasStarted = true;
    this.#watch(this.#app);
  }

  #newApp(): StreamsApp {
    const common = appOptions(this.#host, this.#context);
    const { applicationServer } = this.#host;
    const options: StreamsAppOptions = {
      ...common,
      applicationId: this.applicationId,
      topology: this.#topology,
      stateDir: this.#stateDir,
      logger: this.#logger,
      onFailure: {
        ...common.onFailure,
        deserialization: (error, context) => this.#failures.unreadable(error, context, common.onFailure),
        production: (error) => this.#failures.refused(error),
      },
      keepsResultInputs: false,
      ...(applicationServer === undefined ? {} : { applicationServer }),
      // A server that was killed comes back as the same member, and its queries go on at once. Without that the group
      // would first wait for the session of a member to end that is gone.
      consumer: { ...common.consumer, groupInstanceId: this.#host.instanceIds.of(this.applicationId) },
      autoOffsetReset: offsetReset(this.#context) ?? DEFAULT_RESET,
      host: this.#host.streams,
    };
    const process = this.#host.instanceIds.transactions(this.applicationId);
    return new StreamsApp(options, { turn: this.#host.turn, process });
  }

  /** Follows an application that has started. What kept one from starting is told by its start. */
  #watch(app: StreamsApp): void {
    this.#backoff.started();
    app.errors$.subscribe((error) => {
      if (this.#app === app) this.#failure = error;
    });
    app.state$.subscribe((state) => {
      if (this.#app === app) this.#follow(state);
    });
  }

  #follow(state: StreamsState): void {
    if (this.#isClosed || this.#state.value === 'PAUSED') return;
    if (state === 'RUNNING') this.#noteRewinds();
    if (state === 'ERROR') this.#onFailed(this.#failure);
    // One that was started again is in ERROR until it runs: the rebalance of its start is no sign of health.
    else if (state === 'RUNNING' || (state === 'REBALANCING' && this.#state.value !== 'ERROR'))
      this.#state.next(state);
  }

  /** It runs, and what it counts is not what it read: whoever describes it is told. */
  #noteRewinds(): void {
    for (const { inputs } of Object.values(this.#app.metrics().tasks)) {
      for (const { topic, partition, rewoundFrom } of inputs) {
        if (rewoundFrom === undefined) continue;
        const place = `${topic}-${partition}@${rewoundFrom}`;
        if (this.#rewinds.has(place)) continue;
        this.#rewinds.add(place);
        this.#errors.addLoss(
          `committed offsets were lost: records of ${topic}-${partition} before offset ${rewoundFrom} are processed again, ` +
            'and what counts or sums them is too high. Drop the query and create it anew to count from the beginning',
        );
      }
    }
  }

  /** Remembers why the query does not run, and starts it again after a while. */
  #onFailed(error: unknown): void {
    if (this.#isClosed) return;
    this.#errors.addFailure(error);
    this.#failures.stopped(error, this.applicationId);
    // The server with a copy of this one's state folder keeps the name.
    if (isFencedInstance(error)) this.#host.instanceIds.renew(this.applicationId);
    if (this.#state.value === 'PAUSED') return;
    if (error instanceof AssertionFailure) {
      this.#stopFor(error);
      return;
    }
    const delayMs = this.#backoff.delayAfter(error);
    this.#logger.error('a query has failed and will be started again', {
      error: messageOf(error),
      delayMs,
    });
    this.#state.next('ERROR');
    this.#cancelRestart();
    this.#restart = this.#host.environment.timers.after(delayMs, () => {
      this.#counts.restarted();
      void this.#change(() => this.#startApp());
    });
  }

  /** A bug is not tried again by itself: whoever has seen it pauses and resumes the query, or starts the server again. */
  #stopFor(failure: AssertionFailure): void {
    failure.stopped ??= `query ${this.plan.queryId}`;
    this.#logger.error('a query has ended in a bug and is not started again', {
      error: failure.message,
    });
    this.#state.next('ERROR');
  }

  #cancelRestart(): void {
    this.#restart?.cancel();
    this.#restart = undefined;
  }
}
