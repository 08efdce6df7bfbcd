import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BrokerMetrics } from '../../broker/index.ts';
import type { Address } from '../base/environment.ts';
import { messageOf, OperationalError } from '../base/errors.ts';
import { nodeEnvironment } from '../base/io/node-environment.ts';
import { nodeThreads } from '../base/io/node-threads.ts';
import { newNodeWorkers } from '../base/io/node-workers.ts';
import type { Logger } from '../base/logger.ts';
import { unlessAborted } from '../base/unless-aborted.ts';
import { SharedConnections } from '../client/cluster/shared-connections.ts';
import { Admin } from '../client/index.ts';
import { builtInRegistry } from '../sql/functions/index.ts';
import { SqlEngine } from '../sql/engine/engine.ts';
import type { KafkaHostOptions } from '../sql/runtime/app-options.ts';
import { KafkaHost } from '../sql/runtime/kafka-host.ts';
import { ThreadedQueries } from '../sql/runtime/thread/threaded-queries.ts';
import type { RecordedCommand } from './commands/command.ts';
import { CommandTopic } from './commands/command-topic.ts';
import { KafkaAbsence } from './commands/kafka-absence.ts';
import { restoreCommands } from './commands/restore-commands.ts';
import { SkippedCommands } from './commands/skipped-commands.ts';
import { serverConfig } from './config/server-config.ts';
import type { ServerConfig } from './config/server-properties.ts';
import { SQL_STATE_FOLDER } from './config/state-folder.ts';
import { BodyReader } from './http/body-reader.ts';
import type { HttpFront } from './http/front.ts';
import { listen } from './http/listen.ts';
import { KafkaHealth } from './kafka-health.ts';
import { brokerFamilies } from './metrics/broker-families.ts';
import { MetricsPage } from './metrics/metrics-page.ts';
import { sqlFamilies } from './metrics/sql-families.ts';
import { QueryRunner } from './rest/query-runner.ts';
import { StatementExecutor } from './rest/statement-executor.ts';
import { addRoutes } from './routes.ts';
import { StartProgress } from './start-progress.ts';
import {
  CLIENTS_STOP_MS_MAX,
  QUERIES_STOP_MS_MAX,
  STATEMENTS_STOP_MS_MAX,
  stopWithin,
} from './stop-limits.ts';
import { Stopping } from './stopping.ts';
import { ksqlVersion } from './version.ts';

/** How long a start waits for each answer of the cluster. */
const START_API_TIMEOUT_MS = 15_000;

export interface SqlServerOptions {
  /** `HOST:PORT` of one or more brokers, separated by commas. */
  readonly bootstrapServers: string;
  /** Port 0 takes a free one. */
  readonly listen: Address;
  /** Folder for state stores. */
  readonly data: string;
  /** Properties under ksqlDB's names; see config/server-properties.ts. */
  readonly properties: Readonly<Record<string, string>>;
  readonly logger: Logger;
  /** Of the broker in this process, for the metrics page. */
  readonly brokerMetrics?: BrokerMetrics;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  /** @internal Where queries run: on stream threads by default, or on the thread that this is called on. */
  readonly queriesOn?: 'stream threads' | 'this thread';
}

/** Persistent queries as a service: the SQL engine on a Kafka cluster, behind ksqlDB's REST API. */
export class SqlServer {
  readonly #options: SqlServerOptions;
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
  readonly #executor: StatementExecutor;
  readonly #queries: QueryRunner;
  #front: HttpFront | undefined;
  #url = '';
  #kafkaClusterId = '';
  /** Why no statement is carried out any more. */
  #failure: string | undefined;
  #closed: Promise<void> | undefined;

  private constructor(options: SqlServerOptions) {
    const { bootstrapServers, logger, properties } = options;
    const settings = serverConfig(properties);
    const environment = nodeEnvironment;
    const timeoutMs = settings.get('ksql.kafka.timeout.ms');
    this.#options = options;
    this.#settings = settings;
    this.#stateDir = settings.find('ksql.streams.state.dir') ?? path.join(options.data, SQL_STATE_FOLDER);
    mkdirSync(this.#stateDir, { recursive: true });
    const connections = new SharedConnections();
    this.#admin = new Admin(
      { environment, bootstrapServers, defaultApiTimeoutMs: START_API_TIMEOUT_MS },
      { connections },
    );
    this.#health = new KafkaHealth({ environment, bootstrapServers, logger });
    this.#kafka = new KafkaAbsence({ bootstrapServers, timeoutMs, failure: () => this.#health.failure });
    this.#skipped = new SkippedCommands(logger);
    this.#host = kafkaHost(options, settings, { stateDir: this.#stateDir, connections });
    this.#engine = new SqlEngine({
      host: this.#host,
      functions: builtInRegistry(),
      properties: {
        ...properties,
        // Streams itself would begin with the earliest record.
        'ksql.streams.auto.offset.reset': settings.get('ksql.streams.auto.offset.reset'),
      },
      environment: { ...environment, workers: this.#workers },
    });
    this.#progress = new StartProgress({
      firstStep: `waiting for the Kafka cluster at ${bootstrapServers}`,
      queries: () => this.#host.restored,
    });
    this.#commands = this.#commandTopic();
    this.#executor = new StatementExecutor(this.#engine, {
      commands: () => this.#recording(),
      kafka: this.#kafka,
      skipped: this.#skipped,
      environment,
    });
    this.#queries = new QueryRunner(this.#engine, {
      logger,
      limits: {
        pushQueriesMax: settings.get('ksql.max.push.queries'),
        waitingBytesMax: settings.get('ksql.query.push.waiting.bytes.max'),
        stallTimeoutMs: settings.get('ksql.http.stall.timeout.ms'),
      },
    });
  }

  /**
   * Listens, and says there how far the start has come; connects to the cluster, and takes up the queries that were
   * recorded. Resolves when statements are taken, which is before all queries run.
   * @throws {OperationalError} where the cluster does not answer or the port is taken; `COMMAND_TOPIC_DAMAGED` where it
   * does not know any more what it served.
   */
  static async start(options: SqlServerOptions): Promise<SqlServer> {
    const { signal = new AbortController().signal } = options;
    signal.throwIfAborted();
    const server = new SqlServer(options);
    try {
      await unlessAborted(server.#start(), signal);
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  get url(): string {
    return this.#url;
  }

  /**
   * Ends the answers that run, commits and stops the queries; they go on at the next start. Until that is done requests are
   * refused with 50303. What does not end in its time is left alone, see stop-limits.ts.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #start(): Promise<void> {
    await this.#listen();
    this.#kafkaClusterId = (await this.#admin.describeCluster()).clusterId ?? '';
    this.#progress.step('reading the command topic');
    await this.#commands.open();
    this.#progress.ready();
    void this.#engine.warm().catch((error: unknown) => {
      if (this.#closed !== undefined) return;
      this.#options.logger.warn('the worker for long statements does not start', { error: messageOf(error) });
    });
  }

  async #close(): Promise<void> {
    const { timers } = nodeEnvironment;
    const { logger } = this.#options;
    const within = (limitMs: number, what: () => string, work: readonly Promise<void>[]): Promise<void> =>
      stopWithin(Promise.all(work), { limitMs, what, timers, logger });
    this.#queries.closeAll();
    await this.#stopping.begin({ timers, limitMs: STATEMENTS_STOP_MS_MAX });
    const workersEnded = this.#workers.end();
    await within(QUERIES_STOP_MS_MAX, () => this.#stoppingText(), [
      this.#commands.close(),
      this.#engine.close(),
    ]);
    await within(CLIENTS_STOP_MS_MAX, () => 'clients of the Kafka cluster', [
      this.#closeFront(),
      this.#host.close(),
      this.#health.close(),
      this.#admin.close(),
      // What it still carried out has lost its clients by now.
      this.#commands.ended,
      workersEnded,
    ]);
  }

  async #closeFront(): Promise<void> {
    await this.#front?.drain({ limitMs: CLIENTS_STOP_MS_MAX / 2 });
    await this.#front?.close();
  }

  async #restore(past: readonly RecordedCommand[]): Promise<void> {
    const { logger } = this.#options;
    const ended = await restoreCommands(past, {
      engine: this.#engine,
      skipped: this.#skipped,
      logger,
      environment: nodeEnvironment,
    });
    // Nobody waits for it: what an earlier life has left is in nobody's way.
    void this.#host.removeLeftovers(ended).catch((error: unknown) => {
      logger.warn('cleaning up after an earlier life', { error });
    });
  }

  #stoppingText(): string {
    const ids = this.#engine.queries().flatMap(({ id, state }) => (state === 'CLOSED' ? [] : [id]));
    return ids.length === 0 ? 'a statement that is carried out' : `the queries ${ids.join(', ')}`;
  }

  /** @throws {OperationalError} when nothing can be recorded. */
  #recording(): CommandTopic {
    if (this.#failure === undefined) return this.#commands;
    throw new OperationalError('NOT_READY', this.#failure, { retriable: true });
  }

  #commandTopic(): CommandTopic {
    const { bootstrapServers, logger } = this.#options;
    const serviceId = this.#settings.get('ksql.service.id');
    return new CommandTopic({
      environment: nodeEnvironment,
      bootstrapServers,
      admin: this.#admin,
      topic: `_confluent-ksql-${serviceId}_command_topic`,
      logger,
      kafka: this.#kafka,
      skipDamage: this.#settings.get('ksql.command.topic.skip.damage'),
      progressFile: path.join(this.#stateDir, `command-topic-${serviceId}.json`),
      onRead: (count, total) =>
        this.#progress.step(`reading the command topic, ${count} of ${total} statements`),
      restore: (past) => this.#restore(past),
      apply: (command) => this.#executor.apply(command),
      onSkipped: (recorded, reason) => this.#skipped.skip(recorded, reason),
      onFailure: (error) => {
        this.#failure = `the command topic cannot be followed: ${messageOf(error)}`;
        logger.error(this.#failure, { error });
      },
    });
  }

  async #listen(): Promise<void> {
    const { bootstrapServers, brokerMetrics } = this.#options;
    const settings = this.#settings;
    const bodies = new BodyReader({
      bytesMax: settings.get('ksql.http.request.bytes.max'),
      totalBytesMax: settings.get('ksql.http.requests.bytes.max'),
    });
    const metrics = new MetricsPage({
      environment: nodeEnvironment,
      partitionSeriesMax: settings.get('ksql.metrics.partitions.max'),
      seriesMax: settings.get('ksql.metrics.series.max'),
    });
    if (brokerMetrics !== undefined) metrics.add(() => brokerFamilies(brokerMetrics));
    metrics.add(() => sqlFamilies({ engine: this.#engine, queries: this.#queries, bodies }));
    const services = {
      environment: nodeEnvironment,
      bootstrapServers,
      engine: this.#engine,
      executor: this.#executor,
      queries: this.#queries,
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
      standstill: () => this.#host.standstill,
    };
    const { front, url } = await listen(this.#options.listen, settings, (app) => addRoutes(app, services));
    if (this.#closed !== undefined) return front.close();
    this.#front = front;
    this.#url = url;
  }
}

function kafkaHost(
  { bootstrapServers, logger, queriesOn = 'stream threads' }: SqlServerOptions,
  settings: ServerConfig,
  { stateDir, connections }: { readonly stateDir: string; readonly connections: SharedConnections },
): KafkaHost {
  const options: KafkaHostOptions = {
    environment: nodeEnvironment,
    bootstrapServers,
    stateDir,
    serviceId: settings.get('ksql.service.id'),
    commitIntervalMs: settings.get('ksql.streams.commit.interval.ms'),
    cacheBytesMax: settings.get('ksql.streams.statestore.cache.max.bytes'),
    sharedCacheBytesMax: settings.get('ksql.state.cache.max.bytes'),
    sharedBlockCacheBytes: settings.get('ksql.state.block.cache.bytes'),
    restartBackoff: {
      initialMs: settings.get('ksql.query.retry.backoff.initial.ms'),
      maxMs: settings.get('ksql.query.retry.backoff.max.ms'),
    },
    queryErrorsMax: settings.get('ksql.query.error.max.queue.size'),
    kafkaTimeoutMs: settings.get('ksql.kafka.timeout.ms'),
    logger,
  };
  if (queriesOn === 'this thread') return new KafkaHost(options, { connections });
  const count = settings.get('ksql.streams.num.stream.threads');
  const runtime = new ThreadedQueries(options, { threads: nodeThreads, count });
  return new KafkaHost(options, { runtime, connections });
}
