import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  callback,
  type Check,
  either,
  type FieldChecks,
  flag,
  isObject,
  nonEmptyText,
  objectOf,
  oneOf,
  optional,
  optionsOf,
  refuseUnknown,
  wholeNumber,
  withMethods,
  wrongArgument,
} from '../../base/argument-checks.ts';
import { invalidConfig, unknownConfig } from '../../base/config/config-errors.ts';
import type { ConfigKeys } from '../../base/config/config-key.ts';
import { readConfig } from '../../base/config/config-value.ts';
import { withDefaults } from '../../base/config/options.ts';
import type { Environment } from '../../base/environment.ts';
import { ArgumentError, DiagnosticError } from '../../base/errors.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import type { Logger } from '../../base/logger.ts';
import { silentLogger } from '../../base/logger.ts';
import { consumerSettings, parseAddresses, producerSettings } from '../../client/config/settings.ts';
import { topicNameError } from '../../client/topic-name.ts';
import type { ConsumerOptions, ProducerOptions } from '../../client/types.ts';
import { operatorConfig } from '../operators/operator-config.ts';
import { type BuildOptions, optimizationsOf } from '../topology-optimization.ts';
import type { Topology } from '../topology/topology.ts';
import type { FailureHandler, FailureKind, StreamsUncaughtExceptionHandler } from './failures.ts';
import {
  checkGuarantee,
  EXACTLY_ONCE_COMMIT_MS,
  isExactlyOnce,
  type ProcessingGuarantee,
} from './processing-guarantee.ts';
import { streamsConfig } from './streams-config.ts';
import type { StreamsHost } from './streams-host.ts';

/** Settings of a {@link StreamsApp}. In comments: the name and default that Kafka Streams has. */
export interface StreamsAppOptions {
  /** Where time, chance, network and disk come from: this process and its machine, unless a test says otherwise. */
  readonly environment?: Environment;
  /** `application.id`: the consumer group, and the prefix of internal topics. */
  readonly applicationId: string;
  /** `bootstrap.servers` */
  readonly bootstrapServers: string | readonly string[];
  /** The topology, or the `StreamsBuilder` that builds it with {@link StreamsAppOptions.topologyOptimization}. */
  readonly topology: Topology | { build(options: BuildOptions): Topology };
  /** `topology.optimization`, none: has to be what the topology was built with, where it is built already. */
  readonly topologyOptimization?: NonNullable<BuildOptions['optimization']>;
  /**
   * `state.dir`, `kafka-streams` in the temporary folder of Kafka Streams; here `millrace-streams` in it, since the formats
   * differ. Each application has a folder under it, named by its id, which one process at a time may use. State that is
   * gone, as from a temporary folder after a reboot, is restored from the changelogs.
   */
  readonly stateDir?: string;
  /** `client.id` */
  readonly clientId?: string;
  /**
   * `application.server`, `host:port`: where this instance answers for its state, on a way that is the application's own. All
   * instances are told who has what: see {@link StreamsApp.queryMetadataForKey}.
   */
  readonly applicationServer?: string;
  /**
   * `processing.guarantee`, at_least_once. With `exactly_once_v2` what is read, the state and the results are committed in one
   * transaction: whoever reads with `isolation.level=read_committed` sees each result once, whatever fails.
   */
  readonly processingGuarantee?: ProcessingGuarantee;
  /** `commit.interval.ms`, 30 s; 100 ms under exactly-once, where results are seen with the commit. */
  readonly commitIntervalMs?: number;
  /** `statestore.cache.max.bytes`, 10 MiB: memory for state over RocksDB. 0 also turns off the merging of updates. */
  readonly cacheBytesMax?: number;
  /** Memory of RocksDB itself for blocks, 32 MiB; that of the host, where the application has one. */
  readonly blockCacheBytes?: number;
  /** `poll.ms`, 100 */
  readonly pollMs?: number;
  /** `buffered.records.per.partition`, 1000: beyond it a partition is paused. */
  readonly bufferedRecordsMax?: number;
  /** `max.task.idle.ms`, 0: how long a task with several inputs waits for one that has fallen dry; -1: not at all. */
  readonly taskIdleMsMax?: number;
  /** `acceptable.recovery.lag`, 10,000: state that lacks no more changelog records counts as complete in an assignment. */
  readonly acceptableRecoveryLag?: number;
  /**
   * `num.standby.replicas`, 0: on how many other instances the state of each task is kept up to date. One of them takes the task
   * over without restoring what it has, and answers meanwhile for stale rows ({@link StoreQueryOptions.allowStale}).
   */
  readonly standbyReplicas?: number;
  /**
   * `max.warmup.replicas`, 2: how many tasks, whose state lacks more than {@link StreamsAppOptions.acceptableRecoveryLag} where they
   * are to move to, are brought up to date there at a time; they run where they are until then.
   */
  readonly warmupReplicasMax?: number;
  /** `probing.rebalance.interval.ms`, 10 minutes: how long it takes until it is looked whether these can move. */
  readonly probingRebalanceIntervalMs?: number;
  /**
   * `idle.source.ms` (Kafka Streams has none), -1: never. A task that has read all of its inputs and has had no record for so
   * long lets its stream time go on with the wall clock, from the time of the last record on: windows close, and what waits
   * for time is emitted. Records that come behind that time are late.
   */
  readonly idleSourceMs?: number;
  /** `replication.factor` of internal topics, -1: the broker's default */
  readonly replicationFactor?: number;
  /** `repartition.purge.interval.ms`, 30 s: how often processed records of repartition topics are deleted. */
  readonly repartitionPurgeIntervalMs?: number;
  /** `auto.offset.reset` of source topics that do not say otherwise, earliest */
  readonly autoOffsetReset?: 'earliest' | 'latest';
  /** What happens to records that cannot be read, processed or written: `fail` (default), `continue`, or a function. */
  readonly onFailure?: Partial<Record<FailureKind, 'fail' | 'continue' | FailureHandler>>;
  /**
   * Whether the input of each result is kept until that is acknowledged, so that a production handler is told it
   * ({@link FailureContext.input}); true where that is a function. It costs memory: a megabyte of results, a megabyte of inputs.
   */
  readonly keepsResultInputs?: boolean;
  /** What happens when the processing loop fails: `SHUTDOWN_CLIENT` unless it says otherwise. */
  readonly onUncaught?: StreamsUncaughtExceptionHandler;
  /**
   * Asked before each record: a promise holds up all processing until it resolves. For results that leave the topology
   * on another way than through Kafka, to somebody who may be slow. Whoever closes the application resolves it first.
   */
  readonly backPressure?: () => Promise<void> | undefined;
  readonly consumer?: Partial<ConsumerOptions>;
  readonly producer?: Partial<ProducerOptions>;
  /** Other settings, which operators look up by name. */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
  readonly logger?: Logger;
  /** What it shares with other applications of this process, of the same cluster; without it nothing. */
  readonly host?: StreamsHost | undefined;
}

/** The options that {@link streamsConfig} describes. */
type Described = Required<Pick<StreamsAppOptions, keyof typeof streamsConfig>>;

/** Options with what was left out filled in. */
export type StreamsAppSettings = SettingsOfAll & { readonly topology: Topology } & Pick<
    StreamsAppOptions,
    'host'
  >;

/** Those that are no matter of the topology. */
export type SettingsOfAll = Required<Omit<StreamsAppOptions, 'topology' | 'topologyOptimization' | 'host'>>;

const handling = either((value) => typeof value === 'function', callback, oneOf('fail', 'continue'));

/** Kafka's names of topics and groups begin with the id, and the folder of the state bears it. */
const applicationId: Check = (value, name) => {
  if (typeof value !== 'string' || topicNameError(value) !== undefined) {
    throw wrongArgument(name, value, '1 to 249 of the characters a-z, A-Z, 0-9, ".", "_" and "-"');
  }
};

/** Read, and refused, as the clients do. */
export const checkServers: Check = (value) => void parseAddresses(value as string);

/** Settings that operators look up by name. */
const operatorSettings: Check = (value, argument) => {
  withMethods()(value, argument);
  for (const [name, given] of Object.entries(value as object)) {
    const keys: ConfigKeys = operatorConfig;
    const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (key === undefined) throw unknownConfig(name, Object.keys(keys));
    if ('expected' in readConfig(key, String(given))) throw invalidConfig(name, given, { key });
  }
};

/** What an application decides for its clients, with what says so. */
const OF_THE_APPLICATION = {
  consumer: {
    bootstrapServers: 'give bootstrapServers to the application',
    groupId: 'the group is the applicationId',
    autoOffsetReset: 'give autoOffsetReset to the application, or where a topic is read',
  },
  producer: {
    bootstrapServers: 'give bootstrapServers to the application',
    transactionalId:
      'give processingGuarantee to the application: each of its threads has an id of its own then',
  },
} as const;

/** Which cluster it is, the application says. */
const ANY_SERVER = 'localhost';

const settingsOf = { consumer: consumerSettings, producer: producerSettings } as const;

/** The client is made when the application starts; what is wrong with its options is told before. */
const clientOptions =
  (client: keyof typeof OF_THE_APPLICATION): Check =>
  (value, argument) => {
    withMethods()(value, argument);
    const given = new Map<string, unknown>(isObject(value) ? Object.entries(value) : []);
    for (const [name, hint] of Object.entries(OF_THE_APPLICATION[client])) {
      const at = `${argument}.${name}`;
      if (given.get(name) !== undefined)
        throw new ArgumentError(at, { message: `${at} has no effect`, hint });
    }
    settingsOf[client]({ ...Object.fromEntries(given), bootstrapServers: ANY_SERVER }, argument);
  };

/** Of the options that no setting of {@link streamsConfig} describes, and of those that have a form of their own. */
const otherChecks = {
  environment: optional(withMethods()),
  applicationId,
  bootstrapServers: checkServers,
  topology: either(
    (value) => isObject(value) && 'build' in value,
    withMethods('build'),
    withMethods('describe'),
  ),
  stateDir: optional(nonEmptyText),
  onFailure: optional(
    optionsOf<Record<FailureKind, unknown>>({
      deserialization: optional(handling),
      processing: optional(handling),
      production: optional(handling),
    }),
  ),
  keepsResultInputs: optional(flag),
  onUncaught: optional(callback),
  backPressure: optional(callback),
  consumer: optional(clientOptions('consumer')),
  producer: optional(clientOptions('producer')),
  config: optional(operatorSettings),
  logger: optional(withMethods('debug', 'info', 'warn', 'error', 'child')),
  // Not one with threads of its own, which has no part in this thread.
  host: optional(withMethods('removeState', 'close')),
} as const satisfies Partial<FieldChecks<StreamsAppOptions>>;

const OPTION_NAMES = [...new Set([...Object.keys(streamsConfig), ...Object.keys(otherChecks)])];
const checkOthers = objectOf(otherChecks);

/** @throws {ArgumentError} for an option that is not what its type says. */
export function streamsAppSettings(options: StreamsAppOptions): StreamsAppSettings {
  return { ...settingsOfAll(options), topology: builtTopology(options) };
}

/**
 * The same without a look at the topology, which nobody need have made yet.
 * @throws {ArgumentError} for an option that is not what its type says.
 */
export function settingsOfAll(options: StreamsAppOptions): SettingsOfAll & Pick<StreamsAppOptions, 'host'> {
  checkOthers(options, 'options');
  refuseUnknown(options, { known: OPTION_NAMES, argument: 'options' });
  checkHost(options);
  // Null is as good as nothing, as it is to `withDefaults`.
  const given = Object.entries(options).filter(([, value]) => (value ?? undefined) !== undefined);
  const settings: SettingsOfAll & Pick<StreamsAppOptions, 'host'> = {
    environment: nodeEnvironment,
    onFailure: {},
    keepsResultInputs: typeof options.onFailure?.production === 'function',
    onUncaught: () => 'SHUTDOWN_CLIENT',
    backPressure: () => undefined,
    consumer: {},
    producer: {},
    config: {},
    logger: silentLogger,
    ...(withDefaults(streamsConfig, { ...options }) as unknown as Described),
    ...(Object.fromEntries(given) as unknown as StreamsAppOptions),
    stateDir: options.stateDir ?? path.join(tmpdir(), 'millrace-streams'),
    clientId: options.clientId ?? options.applicationId,
    ...(isExactlyOnce(options)
      ? { commitIntervalMs: options.commitIntervalMs ?? EXACTLY_ONCE_COMMIT_MS }
      : {}),
  };
  checkGuarantee(settings);
  return settings;
}

/** @throws {ArgumentError} where a topology was built with other optimizations than the application is to have. */
function builtTopology({ topology, topologyOptimization }: StreamsAppOptions): Topology {
  const wanted = topologyOptimization === undefined ? undefined : { optimization: topologyOptimization };
  if ('build' in topology) return topology.build(wanted ?? {});
  if (wanted === undefined || optimizationsOf(wanted).join() === topology.optimizations.join())
    return topology;
  throw new ArgumentError('topologyOptimization', {
    message: `the topology was built with ${topology.optimizations.join(', ') || 'no optimization'}, not with ${String(topologyOptimization)}`,
    hint: `build it so: builder.build({ optimization: '${String(topologyOptimization)}' }), or give the builder as the topology`,
  });
}

/** @throws {DiagnosticError} where an application and its host are of different clusters. */
export function checkHost({
  bootstrapServers,
  host,
}: Pick<StreamsAppOptions, 'bootstrapServers'> & {
  readonly host?: Pick<StreamsHost, 'serves'> | undefined;
}): void {
  if (host === undefined || host.serves(bootstrapServers)) return;
  throw new DiagnosticError({
    message: 'an application and its host name different bootstrap.servers',
    hint: 'give them the same ones, in the same order; an application of another cluster needs a host of its own',
  });
}

/** How an application is closed. */
export interface StreamsCloseOptions {
  /** How long closing may take, in milliseconds; without it, until it is done. */
  readonly timeoutMs?: number;
  /**
   * Tells the group that this member is gone, so that the others take over at once. Left out, only members without a
   * `group.instance.id` do; those that have one are expected back.
   */
  readonly leaveGroup?: boolean;
}

export const checkClose = optionsOf<StreamsCloseOptions>({
  timeoutMs: optional(wholeNumber(0)),
  leaveGroup: optional(flag),
});
