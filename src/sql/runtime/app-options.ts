import { childPath } from '../../base/child-path.ts';
import type { Environment } from '../../base/environment.ts';
import { type Logger, silentLogger } from '../../base/logger.ts';
import {
  BROKER_TRANSACTION_TIMEOUT_MS_MAX,
  EXACTLY_ONCE_COMMIT_MS,
  isExactlyOnce,
  type ProcessingGuarantee,
  TRANSACTION_TIMEOUT_MS,
} from '../../streams/runtime/processing-guarantee.ts';
import { optionsOfProperties } from '../../streams/runtime/streams-properties.ts';
import type { ProducerOptions } from '../../client/types.ts';
import type { SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import type { ProcessingLogTopic } from './processing-log/processing-log.ts';
import type { RestartBackoffOptions } from '../../base/restart-backoff.ts';

export interface KafkaHostOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string | readonly string[];
  /** A folder for the state of the queries. */
  readonly stateDir: string;
  /** `ksql.service.id`: part of the names of groups and internal topics. */
  readonly serviceId: string;
  /** Where the other servers of the service ask this one for its state (`application.server`), `host:port`. */
  readonly applicationServer?: string | undefined;
  /** How often queries commit; 2 s as in ksqlDB, 100 ms under exactly-once, where results are seen with the commit. */
  readonly commitIntervalMs?: number;
  /** State that a persistent query holds back before a commit; 10 MiB. With 0 every update becomes a record. */
  readonly cacheBytesMax?: number;
  /** State that all queries hold in memory together; 64 MiB, of which an equal share is guaranteed to each. */
  readonly sharedCacheBytesMax?: number | undefined;
  /** Blocks that RocksDB keeps in memory for all queries; 32 MiB. */
  readonly sharedBlockCacheBytes?: number | undefined;
  /** How long a failed query waits before it is started again: 15 s at first, up to 15 min, as in ksqlDB. */
  readonly restartBackoff?: RestartBackoffOptions;
  /** `ksql.query.error.max.queue.size`: errors of a query that are remembered; 10. */
  readonly queryErrorsMax?: number;
  /** How long a statement waits for the cluster; 15 s. */
  readonly kafkaTimeoutMs?: number;
  /** Where rows that fail are told; absent: in the server's own log alone. */
  readonly processingLog?: ProcessingLogTopic | undefined;
  readonly logger?: Logger;
  /** `ksql.extension.dir`: functions that each thread loads. */
  readonly extensionDir?: string | undefined;
  /** Where schemas are; by default nowhere, so that formats which need them are refused. */
  readonly registry?: SchemaRegistryClient;
}

/** ksqlDB's default of `ksql.streams.commit.interval.ms`. */
const COMMIT_INTERVAL_MS = 2_000;

/** ksqlDB's defaults of `ksql.query.retry.backoff.initial.ms`, `.max.ms` and `ksql.query.error.max.queue.size`. */
export const DEFAULT_BACKOFF = { initialMs: 15_000, maxMs: 900_000 } as const;
export const DEFAULT_QUERY_ERRORS_MAX = 10;

/** What the names of groups and internal topics of a host begin with. */
export function prefixOf({ serviceId }: Pick<KafkaHostOptions, 'serviceId'>): string {
  return `_confluent-ksql-${serviceId}`;
}

/** The application id of a persistent query: its consumer group, and what its internal topics begin with. */
export function queryApplicationId(options: Pick<KafkaHostOptions, 'serviceId'>, queryId: string): string {
  return `${prefixOf(options)}query_${queryId}`;
}

/** Whether a name of a state folder is the application id of a persistent query. */
export function isQuery(options: Pick<KafkaHostOptions, 'serviceId'>, name: string): boolean {
  return name.startsWith(`${prefixOf(options)}query_`);
}

/** Whether a name of a state folder is the application id of a push query. */
export function isPushQuery(options: Pick<KafkaHostOptions, 'serviceId'>, name: string): boolean {
  const prefix = prefixOf(options);
  return (
    name.startsWith(prefix) && /^(transient|SCALABLE_PUSH_QUERY)_.+_\d+$/.test(name.slice(prefix.length))
  );
}

const sharedName = (options: Pick<KafkaHostOptions, 'serviceId'>): string => `${prefixOf(options)}shared`;

/** The folder of what the queries share that have this state folder. */
export const hostFolder = (options: Pick<KafkaHostOptions, 'serviceId'>, stateDir: string): string =>
  childPath(stateDir, sharedName(options));

/** Whether a name of a state folder is of this server: others, of another `ksql.service.id`, may have theirs in it, too. */
export const isOfServer = (options: Pick<KafkaHostOptions, 'serviceId'>, name: string): boolean =>
  isQuery(options, name) || isPushQuery(options, name) || name === sharedName(options);

/**
 * The settings that the applications of all queries have in common; what the session or the server has set wins.
 * @param guarantee in the place of what they have set.
 */
export function appOptions(
  options: KafkaHostOptions,
  context: Pick<AnalysisContext, 'properties'>,
  guarantee?: ProcessingGuarantee,
) {
  const { environment, bootstrapServers, logger = silentLogger, cacheBytesMax } = options;
  // Where a query begins to read is not the same for all kinds of them: see `offsetReset`.
  const { autoOffsetReset: _, ...set } = optionsOfProperties(context.properties);
  const processingGuarantee = guarantee ?? set.processingGuarantee ?? 'at_least_once';
  const isInTransactions = isExactlyOnce({ processingGuarantee });
  const usual = isInTransactions ? EXACTLY_ONCE_COMMIT_MS : COMMIT_INTERVAL_MS;
  const commitIntervalMs = set.commitIntervalMs ?? options.commitIntervalMs ?? usual;
  return {
    environment,
    bootstrapServers,
    ...(cacheBytesMax === undefined ? {} : { cacheBytesMax }),
    logger,
    // As ksqlDB does: a record that cannot be read is logged and skipped.
    onFailure: { deserialization: 'continue' },
    ...set,
    processingGuarantee,
    commitIntervalMs,
    // What is aborted is nobody's row, under whichever guarantee a query runs itself.
    consumer: { isolationLevel: 'read_committed', ...set.consumer },
    ...(isInTransactions ? { producer: transactionalProducer(set.producer, commitIntervalMs) } : {}),
  } as const;
}

/** A transaction may last longer than it takes from one commit to the next, as far as brokers let it. */
function transactionalProducer(
  set: Partial<ProducerOptions> | undefined,
  commitIntervalMs: number,
): Partial<ProducerOptions> {
  const transactionTimeoutMs = Math.min(
    Math.max(TRANSACTION_TIMEOUT_MS, 2 * commitIntervalMs),
    BROKER_TRANSACTION_TIMEOUT_MS_MAX,
  );
  return { transactionTimeoutMs, ...set };
}

export function offsetReset({ properties }: AnalysisContext): 'earliest' | 'latest' | undefined {
  const value = properties['auto.offset.reset'];
  return value === 'earliest' || value === 'latest' ? value : undefined;
}
