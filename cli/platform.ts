import { createServer } from 'node:net';
import type { GivenValue } from '../src/base/config/config.ts';
import { OperationalError } from '../src/base/errors.ts';
import { Lifecycle } from '../src/base/lifecycle.ts';
import type { Logger } from '../src/base/logger.ts';
import { nodeEnvironment } from '../src/base/io/node-environment.ts';
import { Broker, type BrokerMetrics } from '../broker/index.ts';
import { type ProcessSettings, SQL_STATE_FOLDER } from '../src/server/config/index.ts';
import type { SqlServer } from '../src/server/index.ts';
import { requireOpenFiles } from './open-files.ts';
import { explain } from './explain.ts';
import { type ProcessOptions, startDefaults, startSqlDefaults } from './process-options.ts';
import { writeError } from './standard-streams.ts';

const KAFKA_PORT = 9092;
const HTTP_PORT = 8088;
const REGISTRY_PORT = 8081;

interface PlatformOptions extends ProcessOptions {
  readonly settings: ProcessSettings;
  readonly data: string;
  readonly sql: boolean;
  readonly logger: Logger;
  /** Whether `kafka` is a cluster that `start` has started. */
  readonly isOwnCluster?: boolean;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
}

/** A broker, a SQL server, or both, in this process. */
export interface Platform {
  readonly facts: {
    readonly kafka: string;
    readonly http?: string;
    /** Of the schema registry. */
    readonly registry?: string;
  };
  /** What the user should know of how it went, such as a port that was taken. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  // Before anything is opened: a broker that has not enough of them does not end in peace.
  if (options.sql) requireOpenFiles();
  const { timers } = nodeEnvironment;
  const { logger } = options;
  const life = new Lifecycle('the platform', { timers, logger, onCloseFailure: 'throw' });
  const facts = await life.begin(() => startParts(options, life));
  return { ...facts, close: () => life.close() };
}

async function startParts(options: PlatformOptions, life: Lifecycle): Promise<Omit<Platform, 'close'>> {
  const notes: string[] = [];
  const outside = options.kafka ?? options.settings.server.get('bootstrap.servers')?.value;
  const broker =
    outside === undefined || outside === ''
      ? await life.start({
          name: 'the broker',
          open: () => startBroker(options, notes),
          close: (opened) => opened.close(),
        })
      : undefined;
  const kafka = broker === undefined ? (outside ?? '') : `${broker.address.host}:${broker.address.port}`;
  if (!options.sql) return { facts: { kafka }, notes };
  try {
    const server = await life.start({
      name: 'the SQL server',
      open: () => {
        const isOwn = broker !== undefined || options.isOwnCluster === true;
        return startServer(options, { kafka, isOwn, brokerMetrics: broker?.metrics, notes });
      },
      close: (opened) => opened.close(),
    });
    const { url: http, registryUrl } = server;
    return { facts: { kafka, http, ...(registryUrl === undefined ? {} : { registry: registryUrl }) }, notes };
  } catch (error) {
    if (broker === undefined || !isCommandTopicDamaged(error)) throw error;
    notes.push(...withoutSql(error, options.logger));
    return { facts: { kafka }, notes };
  }
}

async function startServer(
  options: PlatformOptions,
  cluster: {
    readonly kafka: string;
    /** Whether its brokers are of `start`. */
    readonly isOwn: boolean;
    /** Of the broker in this process. */
    readonly brokerMetrics: BrokerMetrics | undefined;
    readonly notes: string[];
  },
): Promise<SqlServer> {
  const { settings, data, logger, signal } = options;
  const { kafka, isOwn, brokerMetrics, notes } = cluster;
  // Loaded only here: a broker alone does without the SQL engine and its memory.
  const { SqlServer: Server } = await import('../src/server/index.ts');
  const port = await choosePort({
    wanted: options.httpPort,
    configured: settings.httpListener,
    usual: HTTP_PORT,
    host: options.host,
    what: 'SQL',
    notes,
  });
  const host = hostOf(settings.httpListener) ?? options.host;
  return Server.start({
    bootstrapServers: kafka,
    listen: { host, port },
    ...(settings.httpScheme === undefined ? {} : { scheme: settings.httpScheme }),
    registryListen: { host, ...registryPort(options) },
    data,
    properties: { ...startSqlDefaults(settings, { isOwn }), ...valuesOf(settings.server) },
    logger,
    signal,
    ...(brokerMetrics === undefined ? {} : { brokerMetrics }),
  });
}

/** The port that was asked for; else the usual one, or where somebody else has it, or SQL is on a free one, a free one. */
function registryPort({ settings, httpPort }: PlatformOptions): {
  readonly port: number;
  readonly orFree: boolean;
} {
  const configured = settings.server.get('schema.registry.port')?.value;
  if (configured !== undefined) return { port: Number(configured), orFree: false };
  return { port: httpPort === 0 ? 0 : REGISTRY_PORT, orFree: true };
}

async function startBroker(options: PlatformOptions, notes: string[]): Promise<Broker> {
  const { settings, logger } = options;
  const configured = settings.broker.get('listeners');
  const port = await choosePort({
    wanted: options.kafkaPort,
    configured,
    usual: KAFKA_PORT,
    host: options.host,
    what: 'Kafka',
    notes,
  });
  const listeners =
    configured === undefined || options.kafkaPort !== undefined
      ? `PLAINTEXT://${options.host}:${port}`
      : configured.value;
  return Broker.start({
    environment: nodeEnvironment,
    foreignFolders: [SQL_STATE_FOLDER],
    config: { ...startDefaults(settings), ...valuesOf(settings.broker), 'log.dirs': options.data, listeners },
    sources: {
      'group.initial.rebalance.delay.ms': 'default',
      ...Object.fromEntries([...settings.broker].map(([name, { source }]) => [name, source])),
    },
    logger,
    signal: options.signal,
    onFailure: (error) => {
      writeError(`millrace: the broker cannot go on: ${explain(error)}\n`);
      // What runs on it cannot go on either, and whoever supervises the process is to know.
      process.exit(1);
    },
  });
}

/** What is said of a broker alone: what it holds is of use without SQL, above all to mend what is damaged. */
function withoutSql(error: unknown, logger: Logger): readonly string[] {
  const why = explain(error);
  logger.error('the SQL server does not start', { reason: why });
  return [`SQL does not run: ${why}`, ''];
}

/** Nobody has decided yet what becomes of the statements that are lost. */
function isCommandTopicDamaged(error: unknown): boolean {
  return error instanceof OperationalError && error.code === 'COMMAND_TOPIC_DAMAGED';
}

interface PortChoice {
  readonly wanted: number | undefined;
  readonly configured: GivenValue | undefined;
  readonly usual: number;
  readonly host: string;
  readonly what: string;
  readonly notes: string[];
}

/** The port that was asked for; else the usual one, or where somebody else has it, a free one, which is said. */
async function choosePort(choice: PortChoice): Promise<number> {
  if (choice.wanted !== undefined) return choice.wanted;
  const configured = choice.configured?.value.split(',')[0]?.match(/:(\d+)$/)?.[1];
  if (configured !== undefined) return Number(configured);
  if (await isFree(choice.usual, choice.host)) return choice.usual;
  choice.notes.push(`Port ${choice.usual} is in use by another process, so ${choice.what} is on a free one.`);
  return 0;
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return resolve(false);
      reject(
        new OperationalError('ADDRESS_NOT_AVAILABLE', `cannot listen on ${host}: ${error.message}`, {
          retriable: false,
        }),
      );
    });
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

const hostOf = (listener: GivenValue | undefined): string | undefined => listener?.value.replace(/:\d+$/, '');

const valuesOf = (settings: ReadonlyMap<string, GivenValue>): Record<string, string> =>
  Object.fromEntries([...settings].map(([name, { value }]) => [name, value]));
