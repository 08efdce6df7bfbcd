import { mustStop } from '../src/base/assert.ts';
import type { Address, Environment } from '../src/base/environment.ts';
import type { AssertionFailure } from '../src/base/errors.ts';
import { nodeEnvironment } from '../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../src/base/logger.ts';
import { assignReplicasToDirs } from '../src/protocol/messages/73-assign-replicas-to-dirs.ts';
import { alterPartition } from '../src/protocol/messages/56-alter-partition.ts';
import type { BrokerOptions } from './broker-options.ts';
import { BrokerConfig } from './config/broker-config.ts';
import { logSettings, snapshotSettings } from './config/log-settings.ts';
import { type BrokerTopology, brokerTopology } from './config/topology.ts';
import { resolveTopicConfig, type TopicConfig } from './config/topic-config.ts';
import { ControllerChannel } from './controller/controller-channel.ts';
import { MetadataQuorum } from './controller/metadata-quorum.ts';
import { GroupCoordinator } from './coordinators/group/group-coordinator.ts';
import { groupMetrics } from './coordinators/group/group-metrics.ts';
import type { BrokerServices } from './handlers/broker-services.ts';
import { ClientEndpoints } from './handlers/client-endpoints.ts';
import {
  brokerHandlers,
  controllerListenerHandlers,
  type HandlerTable,
  servedApis,
} from './handlers/index.ts';
import { BrokerLifecycle, type RegisteredListener } from './lifecycle/broker-lifecycle.ts';
import { GroupCoordination, GroupLog, groupTopics } from './lifecycle/group-coordination.ts';
import { MetadataWaiters } from './lifecycle/metadata-waiters.ts';
import { ProducerIds } from './lifecycle/producer-ids.ts';
import { CONSUMER_OFFSETS_TOPIC, TopicCreator } from './lifecycle/topic-creator.ts';
import { BufferPool } from '../src/base/buffer-pool.ts';
import { LogManager } from './log/log-manager.ts';
import { clusterMetrics } from './metadata/cluster-metrics.ts';
import type { MetadataImage } from './metadata/metadata-image.ts';
import { METADATA_LOG_CONFIG, METADATA_TOPIC_ID } from './quorum/raft-log.ts';
import { IsrChanges } from './replication/isr-changes.ts';
import { partitionMetrics } from './replication/partition-metrics.ts';
import { ReplicaFetchers } from './replication/replica-fetchers.ts';
import { ReplicaManager } from './replication/replica-manager.ts';
import { Metrics } from './server/broker-metrics.ts';
import { Dispatcher } from './server/dispatcher.ts';
import type { BrokerMetrics } from './server/metrics.ts';
import { FetchSessionCache } from './replication/fetch-session-cache.ts';
import { FetchRoom } from './replication/fetch-room.ts';
import { NetworkPeerChannels } from './server/network-peer-channels.ts';
import { StallWatch } from './server/stall-watch.ts';
import { SocketServer } from './server/socket-server.ts';
import { socketSettings } from './server/socket-settings.ts';

const ALTER_PARTITION_VERSION = 3;
const ASSIGN_REPLICAS_VERSION = 0;
const ALTER_PARTITION_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 3000;

const NOTHING_SERVED: HandlerTable = new Map();

/** What a broker is put together from. */
interface BrokerDependencies {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly config: BrokerConfig;
  readonly topology: BrokerTopology;
  readonly logManager: LogManager;
  readonly onFailure: (error: unknown) => void;
  readonly buffers: BufferPool;
}

/** Locks the data folder and opens its logs. */
function openLogs(
  { environment, logger, config, topology }: Omit<BrokerDependencies, 'logManager' | 'onFailure' | 'buffers'>,
  foreignFolders: readonly string[],
): LogManager {
  return LogManager.open({
    foreignFolders,
    environment,
    logger,
    directory: topology.dataDirectory,
    nodeId: topology.nodeId,
    ...(topology.clusterId === undefined ? {} : { clusterId: topology.clusterId }),
    ...(topology.newClusterId === undefined ? {} : { newClusterId: topology.newClusterId }),
    ...logSettings(config, environment.disk.openFilesMax),
  });
}

/**
 * A Kafka broker and controller in one (KRaft's combined mode).
 *
 * ```ts
 * const broker = await Broker.start({ config: { 'log.dirs': './data' } });
 * console.log(`bootstrap.servers=${broker.address.host}:${broker.address.port}`);
 * await broker.close();
 * ```
 */
export class Broker {
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #config: BrokerConfig;
  readonly #topology: BrokerTopology;
  readonly #logManager: LogManager;
  readonly #buffers: BufferPool;
  readonly #metrics: Metrics;
  readonly #stalls: StallWatch;
  readonly #server: SocketServer;
  readonly #peers: NetworkPeerChannels;
  readonly #quorum: MetadataQuorum;
  readonly #controller: ControllerChannel;
  readonly #waiters: MetadataWaiters;
  readonly #lifecycle: BrokerLifecycle;
  readonly #replicaManager: ReplicaManager;
  readonly #groups: GroupCoordinator;
  readonly #coordination: GroupCoordination;
  readonly #tables = new Map<string, HandlerTable>();
  #addresses: ReadonlyMap<string, Address> = new Map();
  #controllerAddress: Address | undefined;
  readonly #onFailure: (error: unknown) => void;
  #isStarted = false;
  #failure: unknown;
  #closing: Promise<void> | undefined;

  /**
   * Starts a broker; resolves when it serves clients. A start that fails leaves nothing open: another one may follow.
   *
   * @throws {DiagnosticError} for a configuration that is no good.
   * @throws {OperationalError} with code `ADDRESS_IN_USE`, `LOCKED`, `FOREIGN_DATA`, a disk error, or `TIMED_OUT` when
   * the cluster cannot be joined; the signal's reason when it is aborted first.
   */
  static async start(options: BrokerOptions): Promise<Broker> {
    const { environment = nodeEnvironment, signal } = options;
    signal?.throwIfAborted();
    const config = new BrokerConfig(options);
    const topology = brokerTopology(config);
    const logger = (options.logger ?? silentLogger).child({ broker: topology.nodeId });
    const { foreignFolders = [] } = options;
    const logManager = openLogs({ environment, logger, config, topology }, foreignFolders);
    let broker: Broker | undefined;
    const interrupt = (): void => {
      if (broker !== undefined) broker.#interruptStart();
    };
    signal?.addEventListener('abort', interrupt);
    try {
      const { onFailure = () => {} } = options;
      const buffers = new BufferPool({ poison: options.poisonReleasedBuffers === true });
      broker = new Broker({ environment, logger, config, topology, logManager, onFailure, buffers });
      await broker.#start(signal);
      return broker;
    } catch (error) {
      // A start that failed has not ended the cleanly ended life before it.
      const marker = { brokerEpoch: logManager.previousBrokerEpoch };
      const released = broker === undefined ? logManager.close(marker) : broker.#release(marker);
      await released.catch((closeError: unknown) =>
        logger.warn('a start that failed could not be undone', { error: closeError }),
      );
      signal?.throwIfAborted();
      throw broker?.failure ?? error;
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  }

  /** Of what it makes, only the log of the metadata can fail; what has to be closed comes after that. */
  private constructor(dependencies: BrokerDependencies) {
    const { environment, logger, config, topology, logManager, onFailure, buffers } = dependencies;
    this.#buffers = buffers;
    this.#onFailure = onFailure;
    this.#environment = environment;
    this.#logger = logger;
    this.#config = config;
    this.#topology = topology;
    this.#logManager = logManager;
    this.#peers = new NetworkPeerChannels({
      environment,
      clientId: `broker-${topology.nodeId}`,
      requestTimeoutMs: config.get('replica.socket.timeout.ms'),
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      responseBytesMax: 2 ** 31 - 1,
    });
    this.#quorum = this.#createQuorum();
    this.#controller = new ControllerChannel({
      environment,
      quorum: this.#quorum,
      peers: this.#peers,
      addressOf: (nodeId) => topology.voters.find(({ id }) => id === nodeId)?.address,
    });
    this.#waiters = new MetadataWaiters(environment.timers);
    this.#lifecycle = this.#createLifecycle();
    const loopDelay = environment.watchLoop?.();
    this.#stalls = new StallWatch({
      clock: environment.clock,
      logger,
      ...(loopDelay === undefined ? {} : { loopDelay }),
    });
    this.#metrics = new Metrics({
      stalls: this.#stalls,
      connections: () => this.#server,
      replicaManager: () => this.#replicaManager.metrics(),
      cluster: () =>
        clusterMetrics(this.image, { isActiveController: this.#quorum.leader.leaderId === this.nodeId }),
      partitions: () => partitionMetrics(this.#replicaManager.partitions()),
      groups: () =>
        groupMetrics(
          this.#groups.groups(),
          (topic, partition) => this.#replicaManager.get(topic, partition)?.log.highWatermark,
        ),
    });
    this.#replicaManager = this.#createReplicaManager();
    this.#groups = this.#createGroups();
    this.#coordination = new GroupCoordination({
      environment,
      logger,
      log: this.#replicaManager,
      groups: this.#groups,
      skipDamage: config.get('offsets.load.skip.damage'),
    });
    this.#replicaManager.addLeadershipListener(this.#coordination);
    this.#server = this.#createServer();
  }

  /** Where clients connect: the first listener for clients, with its real port. */
  get address(): Address {
    const [first] = this.#topology.listeners;
    return this.#addresses.get(first?.name ?? '') ?? { host: '', port: 0 };
  }

  get nodeId(): number {
    return this.#topology.nodeId;
  }

  get clusterId(): string {
    return this.#logManager.clusterId;
  }

  /** The data folder. */
  get directory(): string {
    return this.#logManager.directory;
  }

  get metrics(): BrokerMetrics {
    return this.#metrics;
  }

  /** Why the broker has stopped by itself; undefined as long as it has not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The cluster's metadata as far as this broker knows it. */
  get image(): MetadataImage {
    return this.#quorum.image;
  }

  /**
   * Hands leaderships over, writes everything down and leaves. Idempotent.
   *
   * @param options.handOver false leaves without telling the cluster, which finds out by itself, as after a crash.
   */
  close(options?: { readonly handOver?: boolean }): Promise<void> {
    this.#closing ??= options?.handOver === false ? this.#release({}) : this.#close();
    return this.#closing;
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    const services = this.#services();
    for (const { name } of this.#topology.listeners) this.#tables.set(name, brokerHandlers(services));
    const { controllerListener } = this.#topology;
    if (controllerListener !== undefined) {
      this.#tables.set(controllerListener.name, controllerListenerHandlers(services));
      this.#controllerAddress = await this.#server.listen(controllerListener);
      this.#server.open(controllerListener.name);
    }
    const addresses = new Map<string, Address>();
    for (const listener of this.#topology.listeners)
      addresses.set(listener.name, await this.#server.listen(listener));
    this.#addresses = addresses;
    this.#quorum.addPublisher(this.#waiters);
    signal?.throwIfAborted();
    await this.#quorum.start();
    this.#quorum.raft.onFailure((error) => this.#fail(error));
    signal?.throwIfAborted();
    await this.#lifecycle.register(this.#registeredListeners());
    // From here on this broker's own past is fenced: what the metadata says of it is meant for this process.
    this.#replicaManager.clearAbandoned(this.#quorum.image, this.#quorum.loader.takeRemovedTopics());
    this.#quorum.addPublisher({
      onUpdate: (delta, image) =>
        this.#stalls.run('metadata of replicas', () => this.#replicaManager.onUpdate(delta, image)),
    });
    this.#quorum.addPublisher(this.#coordination);
    await this.#lifecycle.activate();
    signal?.throwIfAborted();
    this.#logManager.start();
    for (const { name } of this.#topology.listeners) this.#server.open(name);
    this.#isStarted = true;
    this.#logger.info('broker started', { ...this.address, clusterId: this.clusterId });
  }

  /** Ends whatever a start may be waiting for; what it has opened is closed when it has ended. */
  #interruptStart(): void {
    void this.#lifecycle.close();
    this.#waiters.close();
    this.#controller.close();
  }

  /** Without its part in the metadata quorum a broker goes by what is not true any more: it stops, as Kafka's does. */
  #fail(error: unknown): void {
    this.#failure = error;
    if (!this.#isStarted) {
      this.#interruptStart();
      return;
    }
    // One that is closing anyway tells by that how it went.
    if (this.#closing !== undefined) return;
    this.#logger.error('the broker cannot go on and stops', { error });
    this.#closing = this.#release({}).catch((closeError: unknown) =>
      this.#logger.warn('the broker did not stop well', { error: closeError }),
    );
    void this.#closing.then(() => this.#onFailure(error));
  }

  async #close(): Promise<void> {
    if (this.#config.get('controlled.shutdown.enable')) await this.#lifecycle.shutDown();
    await this.#release({ brokerEpoch: this.#lifecycle.brokerEpoch });
    this.#logger.info('broker stopped');
  }

  /** Closes everything; the data folder is given back whatever fails. */
  async #release(marker: { readonly brokerEpoch?: number }): Promise<void> {
    try {
      await this.#lifecycle.close();
      await this.#stopServing();
    } finally {
      await this.#logManager.close(marker);
    }
  }

  async #stopServing(): Promise<void> {
    this.#groups.close();
    await this.#server.close();
    this.#replicaManager.close();
    this.#waiters.close();
    this.#controller.close();
    this.#stalls.close();
    try {
      await this.#quorum.close();
    } finally {
      this.#peers.close();
    }
  }

  /** What others are told: the advertised address of a listener, else the one that it has, by a name they can reach. */
  #registeredListeners(): readonly RegisteredListener[] {
    const { advertised, reachableHost } = this.#topology;
    return this.#topology.listeners.map(({ name }) => {
      const bound = this.#addresses.get(name) ?? { host: '', port: 0 };
      const told = advertised.get(name);
      if (told !== undefined)
        return { name, host: told.host, port: told.port === 0 ? bound.port : told.port };
      return { name, host: reachableHost(bound.host), port: bound.port };
    });
  }

  /** Where this broker takes requests to the metadata quorum; without a controller listener, where clients ask, too. */
  #quorumEndpoints(): readonly RegisteredListener[] {
    const { controllerListener, reachableHost } = this.#topology;
    const bound = this.#controllerAddress;
    if (controllerListener === undefined || bound === undefined) return this.#registeredListeners();
    return [{ name: controllerListener.name, host: reachableHost(bound.host), port: bound.port }];
  }

  #createQuorum(): MetadataQuorum {
    const config = this.#config;
    const log = this.#logManager.openMetadataLog({
      topicId: METADATA_TOPIC_ID,
      config: METADATA_LOG_CONFIG,
    });
    return new MetadataQuorum({
      environment: this.#environment,
      logger: this.#logger,
      nodeId: this.#topology.nodeId,
      directoryId: this.#logManager.directoryId,
      clusterId: this.#logManager.clusterId,
      voters: this.#topology.voters,
      endpoints: () => this.#quorumEndpoints(),
      log,
      directory: log.directory,
      peers: this.#peers,
      watch: (cause, work) => this.#stalls.run(cause, work),
      timeouts: {
        electionTimeoutMs: config.get('controller.quorum.election.timeout.ms'),
        fetchTimeoutMs: config.get('controller.quorum.fetch.timeout.ms'),
        requestTimeoutMs: config.get('controller.quorum.request.timeout.ms'),
      },
      snapshots: snapshotSettings(config),
      settings: {
        numPartitions: config.get('num.partitions'),
        defaultReplicationFactor: config.get('default.replication.factor'),
        brokerSessionTimeoutMs: config.get('broker.session.timeout.ms'),
        leaderImbalanceCheckIntervalMs: config.get('auto.leader.rebalance.enable')
          ? config.get('leader.imbalance.check.interval.seconds') * 1000
          : 0,
        config,
      },
    });
  }

  #createLifecycle(): BrokerLifecycle {
    const config = this.#config;
    return new BrokerLifecycle({
      environment: this.#environment,
      logger: this.#logger,
      onAssertion: (failure) => this.#fail(failure),
      controller: this.#controller,
      waiters: this.#waiters,
      image: () => this.#quorum.image,
      nodeId: this.#topology.nodeId,
      clusterId: this.#logManager.clusterId,
      directoryId: this.#logManager.directoryId,
      previousBrokerEpoch: this.#logManager.previousBrokerEpoch,
      rack: config.find('broker.rack') ?? null,
      heartbeatIntervalMs: config.get('broker.heartbeat.interval.ms'),
      registrationTimeoutMs: config.get('initial.broker.registration.timeout.ms'),
      otherVoters: this.#topology.voters
        .filter(({ id }) => id !== this.#topology.nodeId)
        .map(({ address }) => address),
    });
  }

  #createReplicaManager(): ReplicaManager {
    const config = this.#config;
    const environment = this.#environment;
    const logger = this.#logger;
    const { nodeId } = this.#topology;
    const brokerEpoch = (): number => this.#lifecycle.brokerEpoch;
    const onAssertion = (failure: AssertionFailure): void => this.#fail(failure);
    const isrChanges = new IsrChanges({
      environment,
      logger,
      onAssertion,
      nodeId,
      brokerEpoch,
      brokerEpochOf: (brokerId) => this.#quorum.image.brokers.get(brokerId)?.epoch ?? -1,
      send: (request) =>
        this.#controller.send(alterPartition, ALTER_PARTITION_VERSION, request, {
          timeoutMs: ALTER_PARTITION_TIMEOUT_MS,
        }),
    });
    const fetchers = new ReplicaFetchers({
      environment,
      logger,
      onAssertion,
      peers: this.#peers,
      addressOf: (brokerId, image) => this.#interBrokerAddress(brokerId, image),
      onBytes: (topic, bytes) => {
        this.#metrics.topic(topic).replicationBytesInTotal += bytes;
      },
      settings: {
        nodeId,
        brokerEpoch,
        maxWaitMs: config.get('replica.fetch.wait.max.ms'),
        minBytes: config.get('replica.fetch.min.bytes'),
        responseBytesMax: config.get('replica.fetch.response.max.bytes'),
        partitionBytesMax: config.get('replica.fetch.max.bytes'),
        backoffMs: config.get('replica.fetch.backoff.ms'),
      },
    });
    return new ReplicaManager({
      environment,
      logger,
      nodeId,
      logManager: this.#logManager,
      lagMsMax: config.get('replica.lag.time.max.ms'),
      configOf: (topic, image) => this.#topicConfig(topic, image),
      isrChanges,
      fetchers,
      metrics: () => this.#metrics,
      onAssertion,
      peers: this.#peers,
      addressOf: (brokerId, image) => this.#interBrokerAddress(brokerId, image),
      brokerEpoch,
      assign: (request) =>
        this.#controller.send(assignReplicasToDirs, ASSIGN_REPLICAS_VERSION, request, {
          timeoutMs: ALTER_PARTITION_TIMEOUT_MS,
        }),
      internalTimeoutMs: config.get('offsets.commit.timeout.ms'),
    });
  }

  #topicConfig(topic: string, image: MetadataImage): TopicConfig {
    return resolveTopicConfig(topic, { image, config: this.#config, nodeId: this.#topology.nodeId });
  }

  /** Brokers talk to each other over the first listener for clients. */
  #interBrokerAddress(brokerId: number, image: MetadataImage): Address | undefined {
    const [own] = this.#topology.listeners;
    const endpoint = image.brokers.get(brokerId)?.endpoints.find(({ name }) => name === own?.name);
    return endpoint === undefined ? undefined : { host: endpoint.host, port: endpoint.port };
  }

  #createGroups(): GroupCoordinator {
    const config = this.#config;
    return new GroupCoordinator({
      environment: this.#environment,
      log: new GroupLog(this.#replicaManager, this.#environment.clock),
      topics: groupTopics(() => this.#quorum.image),
      config: {
        offsetsTopicPartitions: config.get('offsets.topic.num.partitions'),
        sessionTimeoutMsMin: config.get('group.min.session.timeout.ms'),
        sessionTimeoutMsMax: config.get('group.max.session.timeout.ms'),
        initialRebalanceDelayMs: config.get('group.initial.rebalance.delay.ms'),
        groupSizeMax: config.get('group.max.size'),
        offsetsRetentionMs: config.get('offsets.retention.minutes') * 60_000,
        offsetsRetentionCheckIntervalMs: config.get('offsets.retention.check.interval.ms'),
        offsetMetadataBytesMax: config.get('offset.metadata.max.bytes'),
      },
      onError: (error) => {
        if (mustStop(error)) this.#fail(error);
        else this.#logger.warn('group coordinator', { error });
      },
      onTooLarge: (group, bytes) => {
        const { log } = this.#topicConfig(CONSUMER_OFFSETS_TOPIC, this.#quorum.image);
        this.#logger.warn(
          `what a group keeps is larger than max.message.bytes of ${CONSUMER_OFFSETS_TOPIC}: its members are refused`,
          { group, bytes, limit: log.maxMessageBytes },
        );
      },
    });
  }

  #createServer(): SocketServer {
    const dispatcher = new Dispatcher({
      clock: this.#environment.clock,
      logger: this.#logger,
      metrics: this.#metrics,
      stalls: this.#stalls,
      handlersOf: (listener) => this.#tables.get(listener) ?? NOTHING_SERVED,
      onAssertion: (failure) => this.#fail(failure),
    });
    return new SocketServer({
      environment: this.#environment,
      logger: this.#logger,
      ...socketSettings(this.#config, this.#environment.disk.openFilesMax),
      controllerListener: this.#topology.controllerListener?.name,
      dispatcher,
      buffers: this.#buffers,
    });
  }

  #services(): BrokerServices {
    const quorum = this.#quorum;
    const tables = this.#tables;
    const controller = this.#controller;
    const config = this.#config;
    const logger = this.#logger;
    const image = (): MetadataImage => quorum.image;
    const { nodeId, advertised } = this.#topology;
    return {
      environment: this.#environment,
      logger,
      nodeId,
      clusterId: this.#logManager.clusterId,
      config,
      get image() {
        return quorum.image;
      },
      endpoints: new ClientEndpoints({ nodeId, advertised: new Set(advertised.keys()) }),
      replicaManager: this.#replicaManager,
      logManager: this.#logManager,
      quorum,
      controller,
      waiters: this.#waiters,
      topicCreator: new TopicCreator({ config, logger, controller, waiters: this.#waiters, image }),
      producerIds: new ProducerIds({ nodeId, brokerEpoch: () => this.#lifecycle.brokerEpoch, controller }),
      groups: this.#groups,
      metrics: this.#metrics,
      fetchSessions: new FetchSessionCache({
        clock: this.#environment.clock,
        random: this.#environment.random,
        slots: this.#config.get('max.incremental.fetch.session.cache.slots'),
      }),
      fetchRoom: new FetchRoom(this.#server.responseBytes, this.#buffers),
      servedApis: (listener) => servedApis(tables.get(listener) ?? new Map()),
    };
  }
}
