import type { Environment, Threads } from '../base/environment.ts';
import type { Logger } from '../base/logger.ts';
import type { SharedConnections } from '../client/cluster/shared-connections.ts';
import type { SchemaRegistryClient } from '../serde/schemas/registry-client.ts';
import type { KafkaHostOptions } from '../sql/runtime/app-options.ts';
import { KafkaHost } from '../sql/runtime/kafka-host.ts';
import { ThreadedQueries } from '../sql/runtime/thread/threaded-queries.ts';
import type { ServerConfig } from './config/server-properties.ts';
import { processingLogOf } from './processing-log.ts';
import { THREADS_STOP_MS_MAX } from './stop-limits.ts';

interface KafkaHostParts {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  readonly logger: Logger;
  readonly stateDir: string;
  readonly connections: SharedConnections;
  /** Where schemas are; absent: nowhere. */
  readonly registry?: SchemaRegistryClient | undefined;
  /** Where queries run. */
  readonly queriesOn: Threads | 'this thread';
}

/** Makes what runs the SQL of a server on its Kafka cluster, as the settings say. Its threads start with {@link KafkaHost.open}. */
export function kafkaHost(settings: ServerConfig, parts: KafkaHostParts): KafkaHost {
  const { environment, bootstrapServers, logger, stateDir, connections, queriesOn, registry } = parts;
  const options: KafkaHostOptions = {
    ...{ environment, bootstrapServers, logger, stateDir },
    serviceId: settings.get('ksql.service.id'),
    cacheBytesMax: settings.get('ksql.streams.statestore.cache.max.bytes'),
    sharedCacheBytesMax: settings.get('ksql.state.cache.max.bytes'),
    sharedBlockCacheBytes: settings.get('ksql.state.block.cache.bytes'),
    restartBackoff: {
      initialMs: settings.get('ksql.query.retry.backoff.initial.ms'),
      maxMs: settings.get('ksql.query.retry.backoff.max.ms'),
    },
    queryErrorsMax: settings.get('ksql.query.error.max.queue.size'),
    kafkaTimeoutMs: settings.get('ksql.kafka.timeout.ms'),
    extensionDir: settings.find('ksql.extension.dir'),
    processingLog: processingLogOf(settings),
    ...(registry === undefined ? {} : { registry }),
  };
  if (queriesOn === 'this thread') return new KafkaHost(options, { connections });
  const count = settings.get('ksql.streams.num.stream.threads');
  const runtime = new ThreadedQueries(options, {
    ...{ threads: queriesOn, count },
    closeMsMax: THREADS_STOP_MS_MAX,
  });
  return new KafkaHost(options, { runtime, connections });
}
