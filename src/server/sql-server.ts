import path from 'node:path';
import type { BrokerMetrics } from '../../broker/index.ts';
import type { Address, Environment, Threads } from '../base/environment.ts';
import { messageOf, OperationalError } from '../base/errors.ts';
import { nodeEnvironment } from '../base/io/node-environment.ts';
import { nodeThreads } from '../base/io/node-threads.ts';
import { newNodeWorkers } from '../base/io/node-workers.ts';
import { Lifecycle, type LifecycleStage } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { unlessAborted } from '../base/unless-aborted.ts';
import { SharedConnections } from '../client/cluster/shared-connections.ts';
import { Admin } from '../client/index.ts';
import { sessionOverServer } from '../sql/analysis/property-names.ts';
import type { SchemaRegistryClient } from '../serde/index.ts';
import type { FunctionRegistry } from '../sql/functions/index.ts';
import { SqlEngine } from '../sql/engine/engine.ts';
import { prefixOf } from '../sql/runtime/app-options.ts';
import type { KafkaHost } from '../sql/runtime/kafka-host.ts';
import { type ClusterParts, clusterParts, serverName } from './cluster/cluster-parts.ts';
import type { RecordedCommand } from './commands/command.ts';
import { CommandTopic } from './commands/command-topic.ts';
import { KafkaAbsence } from './commands/kafka-absence.ts';
import { commandTopicSettings } from './commands/command-topic-settings.ts';
import { planForeign } from './commands/plan-foreign.ts';
import { restoreCommands } from './commands/restore-commands.ts';
import { ServiceTermination } from './commands/service-termination.ts';
import { SkippedCommands } from './commands/skipped-commands.ts';
import { serverConfig } from './config/server-config.ts';
import { serverFunctions } from './server-functions.ts';
import type { ServerConfig } from './config/server-properties.ts';
import { SQL_STATE_FOLDER } from './config/state-folder.ts';
import { allFailed } from './health.ts';
import { BodyReader } from './http/body-reader.ts';
import type { WantedAddress } from './http/listen-or-free.ts';
import { KafkaHealth } from './kafka-health.ts';
import { kafkaHost } from './kafka-host.ts';
import { brokerFamilies } from './metrics/broker-families.ts';
import { MetricsPage } from './metrics/metrics-page.ts';
import { sqlFamilies } from './metrics/sql-families.ts';
import type { RegistryService } from './registry/registry-service.ts';
import { openProcessingLog } from './processing-log.ts';
import { identityOf, registriesOf } from './registry/registries.ts';
import { queryLimitsOf } from './rest/query-limits.ts';
import { QueryRunner } from './rest/query-runner.ts';
import { statementSettings } from './rest/session-rules.ts';
import { StatementExecutor } from './rest/statement-executor.ts';
import { type Listening, openListeners } from './open-listeners.ts';
import type { Services } from './routes.ts';
import { securityOf } from './security/security-of.ts';
import { tlsOptionsOf } from './security/tls-options.ts';
import { StartProgress } from './start-progress.ts';
import { CLIENTS_STOP_MS_MAX, QUERIES_STOP_MS_MAX, STATEMENTS_STOP_MS_MAX } from './stop-limits.ts';
import { Stopping } from './stopping.ts';
import { ksqlVersion } from './version.ts';

/** How long a start waits for each answer of the cluster. */
const START_API_TIMEOUT_MS = 15_000;

export interface SqlServerOptions {
  /** `HOST:PORT` of one or more brokers, separated by commas. */
  readonly bootstrapServers: string;
  /** Port 0 takes a free one. */
  readonly listen: Address;
  /** Whether the ports of HTTP speak TLS; absent: where `ssl.keystore.location` is set. */
  readonly scheme?: 'http' | 'https';
  /** Where the schema registry has a port of its own; the port of SQL serves it, too. */
  readonly registryListen?: WantedAddress;
  /** Folder for state stores. */
  readonly data: string;
  /** Properties under ksqlDB's names; see config/server-properties.ts. */
  readonly properties: Readonly<Record<string, string>>;
  readonly logger: Logger;
  /** Of the broker in this process, for the metrics page. */
  readonly brokerMetrics?: BrokerMetrics;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  /** @internal Where queries run: on threads of this process by default. */
  readonly queriesOn?: Threads | 'this thread';
  /** @internal What all but the HTTP listener runs on: this process and its machine by default. */
  readonly environment?: Environment;
}

/** Persistent queries as a service: the SQL engine on a Kafka cluster, behind ksqlDB's REST API. */
export class SqlServer {
  readonly #options: SqlServerOptions;
  readonly #environment: Environment;
  readonly #life: Lifecycle;
  /** What is closed last. */
  readonly #clients: LifecycleStage;
  readonly #settings: ServerConfig;
  readonly #stateDir: string;
  readonly #admin: Admin;
  /** For long statements: what is no SQL may keep it for seconds. */
  readonly #workers = newNodeWorkers();
  readonly #health: KafkaHealth;
  readonly #kafka: KafkaAbsence;
  readonly #host: KafkaHost;
  readonly #engine: SqlEngine;
  readonly #skipped: SkippedCommands;
  readonly #progress: StartProgress;
  readonly #stopping = new Stopping();
  readonly #commands: CommandTopic;
  readonly #service: ClusterParts;
  readonly #executor: StatementExecutor;
  readonly #queries: QueryRunner;
  readonly #termination: ServiceTermination;
  readonly #registry: RegistryService;
  /** Where SQL has its schemas. */
  readonly registry: SchemaRegistryClient;
  #url = '';
  #registryUrl: string | undefined;
  #kafkaClusterId = '';
  /** Why no statement is carried out any more. */
  #failure: string | undefined;

  /** What it opens, until it throws as well, is closed with the life. */
  private constructor(options: SqlServerOptions, life: Lifecycle, functions: FunctionRegistry) {
    const { bootstrapServers, logger } = options;
    const settings = serverConfig(options.properties);
    const environment = options.environment ?? nodeEnvironment;
    this.#stateDir = settings.find('ksql.streams.state.dir') ?? path.join(options.data, SQL_STATE_FOLDER);
    environment.disk.makeDirectory(this.#stateDir);
    // Servers of other service ids may have theirs beside it. Two of one would take each other's queries away.
    const serviceId = settings.get('ksql.service.id');
    const lock = environment.disk.lock(path.join(this.#stateDir, `${prefixOf({ serviceId })}lock`));
    life.add({ name: 'the lock of the state folder', close: () => lock.release() });
    const clients = life.stage({ closeMsMax: CLIENTS_STOP_MS_MAX });
    const queries = life.stage({ closeMsMax: QUERIES_STOP_MS_MAX });
    this.#options = options;
    this.#environment = environment;
    this.#life = life;
    this.#clients = clients;
    this.#settings = settings;
    const connections = new SharedConnections();
    this.#admin = new Admin(
      { environment, bootstrapServers, defaultApiTimeoutMs: START_API_TIMEOUT_MS },
      { connections },
    );
    clients.add({ name: 'the admin client', close: () => this.#admin.close() });
    this.#health = new KafkaHealth({ environment, bootstrapServers, logger });
    clients.add({ name: 'the watch over the Kafka cluster', close: () => this.#health.close() });
    this.#kafka = this.#kafkaAbsence();
    this.#skipped = new SkippedCommands(logger);
    [this.#registry, this.registry] = this.#registries();
    this.#host = this.#kafkaHost(connections);
    clients.add({ name: 'the clients of the queries', close: () => this.#host.close() });
    queries.add({ name: 'the worker for long statements', close: () => this.#workers.end() });
    this.#engine = this.#sqlEngine(functions);
    queries.add({ name: () => this.#runningText(), close: () => this.#engine.close() });
    this.#progress = this.#startProgress();
    this.#commands = this.#commandTopic();
    // What it still carries out when the time of the queries is over loses its clients beside it.
    clients.add({ name: 'a statement that is carried out', close: () => this.#commands.ended });
    queries.add({ name: 'the command topic', close: () => this.#commands.close() });
    this.#executor = new StatementExecutor(this.#engine, {
      ...{ kafka: this.#kafka, skipped: this.#skipped, environment },
      commands: () => this.#recording(),
      ...statementSettings(settings),
      closePush: (queryId) => this.#queries.closeNamed(queryId),
    });
    this.#service = clusterParts(settings, { ...options, engine: this.#engine, environment });
    clients.add({ name: 'the connections to other servers', close: () => this.#service.cluster.close() });
    this.#queries = this.#queryRunner();
    this.#termination = this.#serviceTermination();
    life.add({ name: 'the statements', close: () => this.#endStatements() });
  }

  /**
   * Listens, before anything of an earlier life is touched, and says there how far the start has come; connects to the cluster,
   * and takes up the queries that were recorded. Resolves when statements are taken, which is before all queries run.
   * @throws {OperationalError} where the cluster does not answer or the port is taken; `LOCKED` where another server of the same
   * service id has the state folder; `COMMAND_TOPIC_DAMAGED` where it
   * does not know any more what it served.
   */
  static async start(options: SqlServerOptions): Promise<SqlServer> {
    const { logger, signal, environment: { timers } = nodeEnvironment } = options;
    const life = new Lifecycle('the SQL server', { timers, logger });
    return life.begin(async () => {
      const server = new SqlServer(options, life, await serverFunctions(options, { life, timers }));
      await server.#start();
      return server;
    }, signal);
  }

  get url(): string {
    return this.#url;
  }

  /** Of the schema registry's own port; undefined where it has none. */
  get registryUrl(): string | undefined {
    return this.#registryUrl;
  }

  /**
   * Ends the answers that run, commits and stops the queries; they go on at the next start. Until that is done requests are
   * refused with 50303. What does not end in its time is left alone, see stop-limits.ts.
   */
  close(): Promise<void> {
    return this.#life.close();
  }

  async #start(): Promise<void> {
    const life = this.#life;
    const checkLimits = this.#host.checkSettings(sessionOverServer(this.#options.properties, {}));
    const listening = await this.#listen();
    // Threads load their modules beside the rest of the start.
    life.signal.throwIfAborted();
    const applicationServer = serverName(this.#settings, listening);
    this.#host.open({ applicationServer });
    this.#service.cluster.open(applicationServer);
    // What waits for the cluster ends when its client is closed.
    const cluster = await life.step((signal) => unlessAborted(this.#admin.describeCluster(), signal));
    this.#kafkaClusterId = cluster.clusterId ?? '';
    await life.step((signal) => unlessAborted(checkLimits(), signal));
    this.#progress.step('reading the command topic');
    await life.step((signal) => unlessAborted(this.#commands.open(), signal));
    const { logger } = this.#options;
    const log = { admin: this.#admin, executor: this.#executor, logger };
    await life.step(() => openProcessingLog(this.#settings, log));
    this.#progress.ready();
    void this.#engine.warm().catch((error: unknown) => {
      if (life.isClosing) return;
      logger.warn('the worker for long statements does not start', { error: messageOf(error) });
    });
  }

  /** Ends the answers that run. */
  async #endStatements(): Promise<void> {
    this.#queries.closeAll();
    await this.#stopping.begin({ timers: this.#environment.timers, limitMs: STATEMENTS_STOP_MS_MAX });
  }

  async #restore(past: readonly RecordedCommand[]): Promise<void> {
    const { logger } = this.#options;
    // Not before: a start that fails is to move nothing.
    this.#host.placeState();
    const parts = { engine: this.#engine, skipped: this.#skipped, environment: this.#environment };
    const ended = await restoreCommands(past, { ...parts, logger });
    // A server that was killed meanwhile ends it at its next start.
    const end = past.find(({ command }) => command.terminateCluster !== undefined)?.command.terminateCluster;
    if (end !== undefined) void this.#termination.run(end);
    // Nobody waits for it: what an earlier life has left is in nobody's way.
    void this.#host.removeLeftovers(ended).catch((error: unknown) => {
      logger.warn('cleaning up after an earlier life', { error });
    });
  }

  #runningText(): string {
    const ids = this.#engine.queries().flatMap(({ id, state }) => (state === 'CLOSED' ? [] : [id]));
    const all = [...ids, ...this.#engine.pushQueryIds].join(', ');
    return all === '' ? 'the SQL engine' : `the queries ${all}`;
  }

  /** @throws {OperationalError} when nothing can be recorded. */
  #recording(): CommandTopic {
    if (this.#failure === undefined) return this.#commands;
    throw new OperationalError('NOT_READY', this.#failure, { retriable: true });
  }

  #kafkaHost(connections: SharedConnections): KafkaHost {
    const { bootstrapServers, logger, queriesOn = nodeThreads } = this.#options;
    const own = { environment: this.#environment, stateDir: this.#stateDir, registry: this.registry };
    return kafkaHost(this.#settings, { ...own, bootstrapServers, logger, connections, queriesOn });
  }

  #sqlEngine(functions: FunctionRegistry): SqlEngine {
    return new SqlEngine({
      ...{ host: this.#host, functions },
      properties: {
        ...this.#options.properties,
        // Streams itself would begin with the earliest record.
        'ksql.streams.auto.offset.reset': this.#settings.get('ksql.streams.auto.offset.reset'),
      },
      environment: { ...this.#environment, workers: this.#workers, functionWorkers: newNodeWorkers() },
    });
  }

  #queryRunner(): QueryRunner {
    const settings = this.#settings;
    return new QueryRunner(this.#engine, {
      logger: this.#options.logger,
      pulls: this.#service.pulls,
      limits: {
        pushQueriesMax: settings.get('ksql.max.push.queries'),
        waitingBytesMax: settings.get('ksql.query.push.waiting.bytes.max'),
        stallTimeoutMs: settings.get('ksql.http.stall.timeout.ms'),
        ...queryLimitsOf(settings, this.#environment),
      },
    });
  }

  #startProgress(): StartProgress {
    const firstStep = `waiting for the Kafka cluster at ${this.#options.bootstrapServers}`;
    return new StartProgress({ firstStep, queries: () => this.#host.restored });
  }

  #kafkaAbsence(): KafkaAbsence {
    const { bootstrapServers } = this.#options;
    const timeoutMs = this.#settings.get('ksql.kafka.timeout.ms');
    return new KafkaAbsence({ bootstrapServers, timeoutMs, failure: () => this.#health.failure });
  }

  /** The server's own one, and the one that SQL asks. */
  #registries(): [RegistryService, SchemaRegistryClient] {
    const { bootstrapServers, logger } = this.#options;
    const parts = { environment: this.#environment, bootstrapServers, admin: this.#admin, logger };
    const { own, client, close } = registriesOf(this.#settings, parts);
    this.#clients.add({ name: 'the schema registry', close });
    return [own, client];
  }

  #serviceTermination(): ServiceTermination {
    return new ServiceTermination({
      ...{ engine: this.#engine, admin: this.#admin, registry: this.registry, logger: this.#options.logger },
      commands: () => this.#recording(),
      onBegin: () => {
        this.#progress.terminate('begun');
        this.#queries.closeAll();
      },
      onEnd: () => this.#progress.terminate('over'),
    });
  }

  #commandTopic(): CommandTopic {
    const { bootstrapServers, logger } = this.#options;
    const serviceId = this.#settings.get('ksql.service.id');
    const environment = this.#environment;
    return new CommandTopic({
      environment,
      bootstrapServers,
      admin: this.#admin,
      ...commandTopicSettings(this.#settings, { environment, logger }),
      logger,
      kafka: this.#kafka,
      progressFile: path.join(this.#stateDir, `command-topic-${serviceId}.json`),
      onRead: (count, total) =>
        this.#progress.step(`reading the command topic, ${count} of ${total} statements`),
      planForeign: (recorded) => planForeign(recorded, this.#engine),
      restore: (past) => this.#restore(past),
      apply: (command) =>
        command.terminateCluster === undefined
          ? this.#executor.apply(command)
          : this.#termination.run(command.terminateCluster),
      onSkipped: (recorded, reason) => this.#skipped.skip(recorded, reason),
      onFailure: (error) => {
        this.#failure = `the command topic cannot be followed: ${messageOf(error)}`;
        logger.error(this.#failure, { error });
      },
    });
  }

  #services(): Services {
    const { bootstrapServers, brokerMetrics } = this.#options;
    const settings = this.#settings;
    const security = securityOf(settings, this.#environment.clock);
    const bodies = new BodyReader({
      bytesMax: settings.get('ksql.http.request.bytes.max'),
      totalBytesMax: settings.get('ksql.http.requests.bytes.max'),
    });
    const metrics = MetricsPage.of(this.#environment, settings);
    if (brokerMetrics !== undefined) metrics.add(() => brokerFamilies(brokerMetrics));
    metrics.add(() => sqlFamilies({ engine: this.#engine, queries: this.#queries, bodies }));
    return {
      environment: this.#environment,
      bootstrapServers,
      engine: this.#engine,
      executor: this.#executor,
      queries: this.#queries,
      ...this.#service,
      registry: this.#registry,
      security,
      termination: this.#termination,
      schemas: this.registry,
      metrics,
      kafka: this.#kafka,
      bodies,
      progress: this.#progress,
      stopping: this.#stopping,
      info: () => ({
        version: ksqlVersion,
        kafkaClusterId: this.#kafkaClusterId,
        ksqlServiceId: settings.get('ksql.service.id'),
      }),
      failure: () => this.#failure,
      skippedCommands: () => this.#skipped.count,
      kafkaFailure: () => this.#health.failure,
      standstill: () => this.#host.standstill ?? allFailed(this.#engine.queries()),
    };
  }

  async #listen(): Promise<Listening> {
    const [settings, services] = [this.#settings, this.#services()];
    const tls = tlsOptionsOf(settings, this.#options.scheme);
    const listening = await openListeners(this.#clients, this.#options, { settings, tls, services });
    this.#url = listening.url;
    this.#registryUrl = listening.registryUrl;
    this.#registry.advertise(identityOf(settings, this.#registryUrl ?? this.#url));
    return listening;
  }
}
