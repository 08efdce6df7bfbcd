import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BrokerMetrics } from '../../broker/index.ts';
import type { Address } from '../base/environment.ts';
import { messageOf, OperationalError } from '../base/errors.ts';
import { nodeEnvironment } from '../base/io/node-environment.ts';
import type { Logger } from '../base/logger.ts';
import { Admin } from '../client/index.ts';
import { builtInRegistry } from '../sql/functions/index.ts';
import { SqlEngine } from '../sql/engine/engine.ts';
import { replayCommands } from '../sql/engine/replay-commands.ts';
import { KafkaHost } from '../sql/runtime/kafka-host.ts';
import { type RecordedCommand, recordedStatement } from './commands/command.ts';
import { CommandTopic } from './commands/command-topic.ts';
import { SkippedCommands } from './commands/skipped-commands.ts';
import { SQL_STATE_FOLDER } from './config/state-folder.ts';
import { serverConfig } from './config/server-config.ts';
import { BodyReader } from './http/body-reader.ts';
import type { HttpFront } from './http/front.ts';
import { listen } from './http/listen.ts';
import { KafkaHealth } from './kafka-health.ts';
import { brokerFamilies } from './metrics/broker-families.ts';
import { single } from './metrics/metric-family.ts';
import { MetricsPage } from './metrics/metrics-page.ts';
import { queryFamilies } from './metrics/query-families.ts';
import { KafkaAbsence } from './commands/kafka-absence.ts';
import { QueryRunner } from './rest/query-runner.ts';
import { StatementExecutor } from './rest/statement-executor.ts';
import { addRoutes } from './routes.ts';
import { ksqlVersion } from './version.ts';

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
}

/** Persistent queries as a service: the SQL engine on a Kafka cluster, behind ksqlDB's REST API. */
export class SqlServer {
  readonly url: string;
  readonly #front: HttpFront;
  readonly #engine: SqlEngine;
  readonly #host: KafkaHost;
  readonly #commands: CommandTopic;
  readonly #queries: QueryRunner;
  readonly #health: KafkaHealth;

  private constructor(parts: {
    readonly url: string;
    readonly front: HttpFront;
    readonly engine: SqlEngine;
    readonly host: KafkaHost;
    readonly commands: CommandTopic;
    readonly queries: QueryRunner;
    readonly health: KafkaHealth;
  }) {
    this.url = parts.url;
    this.#front = parts.front;
    this.#engine = parts.engine;
    this.#host = parts.host;
    this.#commands = parts.commands;
    this.#queries = parts.queries;
    this.#health = parts.health;
  }

  /**
   * Connects to the cluster, takes up the queries that were recorded, and listens.
   * @throws {OperationalError} where the cluster does not answer or the port is taken; `COMMAND_TOPIC_DAMAGED` where it
   * does not know any more what it served.
   */
  static async start(options: SqlServerOptions): Promise<SqlServer> {
    const { bootstrapServers, logger } = options;
    const settings = serverConfig(options.properties);
    const serviceId = settings.get('ksql.service.id');
    const kafkaClusterId = await clusterId(bootstrapServers);
    const stateDir = settings.find('ksql.streams.state.dir') ?? path.join(options.data, SQL_STATE_FOLDER);
    mkdirSync(stateDir, { recursive: true });

    const host = new KafkaHost({
      environment: nodeEnvironment,
      bootstrapServers,
      stateDir,
      serviceId,
      commitIntervalMs: settings.get('ksql.streams.commit.interval.ms'),
      cacheBytesMax: settings.get('ksql.streams.statestore.cache.max.bytes'),
      restartBackoff: {
        initialMs: settings.get('ksql.query.retry.backoff.initial.ms'),
        maxMs: settings.get('ksql.query.retry.backoff.max.ms'),
      },
      queryErrorsMax: settings.get('ksql.query.error.max.queue.size'),
      kafkaTimeoutMs: settings.get('ksql.kafka.timeout.ms'),
      logger,
    });
    const engine = new SqlEngine({
      host,
      functions: builtInRegistry(),
      properties: {
        'ksql.streams.auto.offset.reset': settings.get('ksql.streams.auto.offset.reset'),
        ...options.properties,
      },
    });
    let failure: string | undefined;
    const skipped = new SkippedCommands(logger);
    let commands: CommandTopic | undefined;
    const health = new KafkaHealth({ environment: nodeEnvironment, bootstrapServers, logger });
    const kafka = new KafkaAbsence({
      bootstrapServers,
      timeoutMs: settings.get('ksql.kafka.timeout.ms'),
      failure: () => health.failure,
    });
    const executor = new StatementExecutor(engine, {
      commands: () => {
        if (commands !== undefined && failure === undefined) return commands;
        const why = failure ?? 'the SQL server is starting';
        throw new OperationalError('NOT_READY', why, { retriable: true });
      },
      kafka,
      skipped,
      timers: nodeEnvironment.timers,
    });
    const queries = new QueryRunner(engine, {
      logger,
      limits: {
        pushQueriesMax: settings.get('ksql.max.push.queries'),
        waitingBytesMax: settings.get('ksql.query.push.waiting.bytes.max'),
        stallTimeoutMs: settings.get('ksql.http.stall.timeout.ms'),
      },
    });
    const bodies = new BodyReader({
      bytesMax: settings.get('ksql.http.request.bytes.max'),
      totalBytesMax: settings.get('ksql.http.requests.bytes.max'),
    });
    const metrics = new MetricsPage({
      environment: nodeEnvironment,
      partitionSeriesMax: settings.get('ksql.metrics.partitions.max'),
      seriesMax: settings.get('ksql.metrics.series.max'),
    });
    const { brokerMetrics } = options;
    if (brokerMetrics !== undefined) metrics.add(() => brokerFamilies(brokerMetrics));
    metrics.add(async () => {
      const running = engine.queries();
      const persistent = { name: 'ksql_persistent_queries', help: 'persistent queries' };
      const push = { name: 'ksql_push_queries', help: 'push queries that run' };
      const held = {
        name: 'ksql_http_request_bytes',
        help: 'bytes of request bodies that are read or in work',
      };
      return [
        single('gauge', persistent, () => running.length),
        single('gauge', push, () => queries.pushCount),
        single('gauge', held, () => bodies.totalBytes),
        ...(await queryFamilies(running)),
      ];
    });

    try {
      await host.removeLeftovers();
      commands = await CommandTopic.open({
        environment: nodeEnvironment,
        bootstrapServers,
        topic: `_confluent-ksql-${serviceId}_command_topic`,
        logger,
        kafka,
        skipDamage: settings.get('ksql.command.topic.skip.damage'),
        progressFile: path.join(stateDir, `command-topic-${serviceId}.json`),
        restore: (past) => restore(past, { engine, skipped, logger }),
        apply: (command) => executor.apply(command),
        onSkipped: (recorded, reason) => skipped.skip(recorded, reason),
        onFailure: (error) => {
          failure = `the command topic cannot be followed: ${messageOf(error)}`;
          logger.error(failure, { error });
        },
      });
      const services = {
        environment: nodeEnvironment,
        bootstrapServers,
        engine,
        executor,
        queries,
        metrics,
        kafka,
        bodies,
        info: { version: ksqlVersion, kafkaClusterId, ksqlServiceId: serviceId },
        failure: () => failure,
        skippedCommands: () => skipped.count,
        kafkaFailure: () => health.failure,
      };
      const { front, url } = await listen(options.listen, settings, (app) => addRoutes(app, services));
      return new SqlServer({ url, front, engine, host, commands, queries, health });
    } catch (error) {
      await health.close();
      await commands?.close();
      await engine.close();
      await host.close();
      throw error;
    }
  }

  /** Ends the answers that run, commits and stops the queries; they go on at the next start. */
  async close(): Promise<void> {
    this.#queries.closeAll();
    await this.#front.close();
    await this.#health.close();
    await this.#commands.close();
    await this.#engine.close();
    await this.#host.close();
    await this.#commands.ended;
  }
}

/** Takes up what the recorded commands have left, except for those that cannot be carried out. */
async function restore(
  past: readonly RecordedCommand[],
  { engine, skipped, logger }: { engine: SqlEngine; skipped: SkippedCommands; logger: Logger },
): Promise<void> {
  const statements = past.flatMap((recorded) => {
    const statement = recordedStatement(recorded);
    return statement === undefined ? [] : [{ ...statement, offset: recorded.offset }];
  });
  const state = replayCommands(statements);
  for (const second of state.passedOver) {
    logger.warn('a recorded query is not started: another one writes its result', { ...second });
  }
  const reasons = new Map(state.skipped.map(({ statement, reason }) => [statement.offset, reason]));
  for (const recorded of past) {
    const reason = recorded.obstacle ?? reasons.get(recorded.offset);
    if (reason === undefined) skipped.carriedOut(recorded.command);
    else skipped.skip(recorded, reason);
  }
  await engine.restore(state);
}

/** The id of the cluster; the first contact with it, so this is where one that does not answer is noticed. */
async function clusterId(bootstrapServers: string): Promise<string> {
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers, defaultApiTimeoutMs: 15_000 });
  try {
    return (await admin.describeCluster()).clusterId ?? '';
  } finally {
    await admin.close();
  }
}
