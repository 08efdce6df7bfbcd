import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Environment } from '../../base/environment.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import type { Logger } from '../../base/logger.ts';
import { silentLogger } from '../../base/logger.ts';
import type { ConsumerOptions, ProducerOptions } from '../../client/types.ts';
import type { Topology } from '../topology/topology.ts';
import type { FailureHandler, FailureKind } from './failures.ts';

/** Settings of a {@link StreamsApp}. In comments: the name and default that Kafka Streams has. */
export interface StreamsAppOptions {
  /** Where time, chance, network and disk come from: this process and its machine, unless a test says otherwise. */
  readonly environment?: Environment;
  /** `application.id`: the consumer group, and the prefix of internal topics. */
  readonly applicationId: string;
  /** `bootstrap.servers` */
  readonly bootstrapServers: string | readonly string[];
  readonly topology: Topology;
  /**
   * `state.dir`, `kafka-streams` in the temporary folder of Kafka Streams; here `millrace-streams` in it, since the formats
   * differ. Each application has a folder under it, named by its id, which one process at a time may use. State that is
   * gone, as from a temporary folder after a reboot, is restored from the changelogs.
   */
  readonly stateDir?: string;
  /** `client.id` */
  readonly clientId?: string;
  /** `commit.interval.ms`, 30 s */
  readonly commitIntervalMs?: number;
  /** `statestore.cache.max.bytes`, 10 MiB: memory for state over RocksDB. 0 also turns off the merging of updates. */
  readonly cacheBytesMax?: number;
  /** Memory of RocksDB itself for blocks, 32 MiB. */
  readonly blockCacheBytes?: number;
  /** `poll.ms`, 100 */
  readonly pollMs?: number;
  /** `buffered.records.per.partition`, 1000: beyond it a partition is paused. */
  readonly bufferedRecordsMax?: number;
  /** `max.task.idle.ms`, 0: how long a task with several inputs waits for one that has fallen dry; -1: not at all. */
  readonly taskIdleMsMax?: number;
  /** `replication.factor` of internal topics, -1: the broker's default */
  readonly replicationFactor?: number;
  /** `repartition.purge.interval.ms`, 30 s: how often processed records of repartition topics are deleted. */
  readonly repartitionPurgeIntervalMs?: number;
  /** `auto.offset.reset` of source topics that do not say otherwise, earliest */
  readonly autoOffsetReset?: 'earliest' | 'latest';
  /** What happens to records that cannot be read, processed or written: `fail` (default), `continue`, or a function. */
  readonly onFailure?: Partial<Record<FailureKind, 'fail' | 'continue' | FailureHandler>>;
  /** What happens when the processing loop fails: `stop` the application (default), or `restart` the loop. */
  readonly onUncaught?: (error: unknown) => 'stop' | 'restart';
  readonly consumer?: Partial<ConsumerOptions>;
  readonly producer?: Partial<ProducerOptions>;
  /** Other settings, which operators look up by name. */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
  readonly logger?: Logger;
}

export type StreamsAppSettings = Required<Omit<StreamsAppOptions, 'clientId'>> & {
  readonly clientId: string;
};

export function streamsAppSettings(options: StreamsAppOptions): StreamsAppSettings {
  return {
    environment: nodeEnvironment,
    stateDir: path.join(tmpdir(), 'millrace-streams'),
    clientId: options.applicationId,
    commitIntervalMs: 30_000,
    cacheBytesMax: 10 * 1024 * 1024,
    blockCacheBytes: 32 * 1024 * 1024,
    pollMs: 100,
    bufferedRecordsMax: 1000,
    taskIdleMsMax: 0,
    replicationFactor: -1,
    repartitionPurgeIntervalMs: 30_000,
    autoOffsetReset: 'earliest',
    onFailure: {},
    onUncaught: () => 'stop',
    consumer: {},
    producer: {},
    config: {},
    logger: silentLogger,
    ...options,
  };
}
