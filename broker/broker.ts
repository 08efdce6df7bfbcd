import { BufferPool } from '../src/base/buffer-pool.ts';
import type { Address, Environment } from '../src/base/environment.ts';
import { nodeEnvironment } from '../src/base/io/node-environment.ts';
import { Lifecycle } from '../src/base/lifecycle.ts';
import { type Logger, silentLogger } from '../src/base/logger.ts';
import { BrokerComponents } from './assembly/broker-components.ts';
import type { BrokerDependencies } from './assembly/broker-dependencies.ts';
import type { BrokerOptions } from './broker-options.ts';
import { BrokerConfig } from './config/broker-config.ts';
import { logSettings } from './config/log-settings.ts';
import { type BrokerTopology, brokerTopology } from './config/topology.ts';
import { LogManager } from './log/log-manager.ts';
import type { MetadataImage } from './metadata/metadata-image.ts';
import type { BrokerMetrics } from './server/metrics.ts';

/** What a data folder is marked with, when it is given back, as that of a broker that has ended well. */
interface CleanShutdown {
  readonly brokerEpoch?: number;
}

/** What the start of a broker has made of its options. */
interface BrokerSettings {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly config: BrokerConfig;
  readonly topology: BrokerTopology;
  readonly foreignFolders: readonly string[];
}

/** Locks the data folder and opens its logs. */
function openLogs({ environment, logger, config, topology, foreignFolders }: BrokerSettings): LogManager {
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
  readonly #life: Lifecycle;
  readonly #logger: Logger;
  readonly #config: BrokerConfig;
  readonly #topology: BrokerTopology;
  readonly #logManager: LogManager;
  readonly #components: BrokerComponents;
  readonly #onFailure: (error: unknown) => void;
  /** A start that failed has not ended the cleanly ended life before it. */
  #cleanShutdown: CleanShutdown;
  /** Whether the cluster is told that this broker leaves. */
  #handsOver = false;
  #isStarted = false;
  #failure: unknown;

  /**
   * Starts a broker; resolves when it serves clients. A start that fails leaves nothing open: another one may follow.
   *
   * @throws {DiagnosticError} for a configuration that is no good.
   * @throws {OperationalError} with code `ADDRESS_IN_USE`, `LOCKED`, `FOREIGN_DATA`, a disk error, or `TIMED_OUT` when
   * the cluster cannot be joined; the signal's reason when it is aborted first.
   */
  static async start(options: BrokerOptions): Promise<Broker> {
    const { environment = nodeEnvironment, signal, foreignFolders = [], onFailure = () => {} } = options;
    signal?.throwIfAborted();
    const config = new BrokerConfig(options);
    const topology = brokerTopology(config);
    const logger = (options.logger ?? silentLogger).child({ broker: topology.nodeId });
    const { timers } = environment;
    const life = new Lifecycle('the broker', { timers, logger, onCloseFailure: 'throw' });
    return life.begin(async () => {
      let broker: Broker | undefined;
      const logManager = await life.start({
        name: 'the data folder',
        open: () => openLogs({ environment, logger, config, topology, foreignFolders }),
        close: (opened) => opened.close(broker === undefined ? markerBefore(opened) : broker.#cleanShutdown),
      });
      const buffers = new BufferPool({ poison: options.poisonReleasedBuffers === true });
      const fail = (error: unknown): void => {
        if (broker !== undefined) broker.#fail(error);
      };
      broker = new Broker(
        { environment, logger, config, topology, logManager, buffers, fail },
        life,
        onFailure,
      );
      await broker.#start();
      return broker;
    }, signal);
  }

  private constructor(
    dependencies: BrokerDependencies,
    life: Lifecycle,
    onFailure: (error: unknown) => void,
  ) {
    const { logger, config, topology, logManager } = dependencies;
    this.#life = life;
    this.#logger = logger;
    this.#config = config;
    this.#topology = topology;
    this.#logManager = logManager;
    this.#onFailure = onFailure;
    this.#cleanShutdown = markerBefore(logManager);
    this.#components = new BrokerComponents(dependencies, life);
    life.add({ name: 'the registration', close: () => this.#leaveCluster() });
  }

  /** Where clients connect: the first listener for clients, with its real port. */
  get address(): Address {
    return this.#components.listeners.clientAddress;
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
    return this.#components.metrics;
  }

  /** Why the broker has stopped by itself; undefined as long as it has not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The cluster's metadata as far as this broker knows it. */
  get image(): MetadataImage {
    return this.#components.quorum.image;
  }

  /**
   * Hands leaderships over, writes everything down and leaves. Idempotent.
   *
   * @param options.handOver false leaves without telling the cluster, which finds out by itself, as after a crash.
   * @throws what a part fails with, when all are closed and the data folder is given back; whoever calls it again is not told.
   */
  async close({ handOver = true }: { readonly handOver?: boolean } = {}): Promise<void> {
    if (this.#life.isClosing) return this.#life.close();
    if (handOver) {
      this.#handsOver = this.#config.get('controlled.shutdown.enable');
      this.#cleanShutdown = { brokerEpoch: this.#components.lifecycleManager.brokerEpoch };
    }
    await this.#life.close();
    if (handOver) this.#logger.info('broker stopped');
  }

  async #start(): Promise<void> {
    const interrupt = (): void => this.#components.interruptStart();
    this.#life.signal.addEventListener('abort', interrupt);
    try {
      await this.#joinCluster();
    } finally {
      this.#life.signal.removeEventListener('abort', interrupt);
    }
    this.#logManager.start();
    const { listeners, server, logCleaner } = this.#components;
    logCleaner.start();
    listeners.open(server);
    this.#isStarted = true;
    this.#cleanShutdown = {};
    this.#logger.info('broker started', { ...this.address, clusterId: this.clusterId });
  }

  async #joinCluster(): Promise<void> {
    const life = this.#life;
    const { listeners, server, quorum, waiters, lifecycleManager } = this.#components;
    await life.step(() => listeners.take(server));
    quorum.addPublisher(waiters);
    await life.step(() => quorum.start());
    quorum.raft.onFailure((error) => this.#fail(error));
    await life.step(() => lifecycleManager.register(listeners.registered()));
    this.#followMetadata();
    await life.step(() => lifecycleManager.activate());
  }

  /** From here on this broker's own past is fenced: what the metadata says of it is meant for this process. */
  #followMetadata(): void {
    const { quorum, replicaManager, coordination, stalls } = this.#components;
    replicaManager.clearAbandoned(quorum.image, quorum.loader.takeRemovedTopics());
    quorum.addPublisher({
      onUpdate: (delta, image) =>
        stalls.run('metadata of replicas', () => replicaManager.onUpdate(delta, image)),
    });
    quorum.addPublisher(coordination);
  }

  #leaveCluster(): Promise<void> {
    const { lifecycleManager } = this.#components;
    return this.#handsOver ? lifecycleManager.shutDown() : lifecycleManager.close();
  }

  /** Without its part in the metadata quorum a broker goes by what is not true any more: it stops, as Kafka's does. */
  #fail(error: unknown): void {
    this.#failure = error;
    // One that is closing anyway tells by that how it went.
    if (this.#life.isClosing) return;
    if (this.#isStarted) this.#logger.error('the broker cannot go on and stops', { error });
    const closed = this.#life.close(error).catch((closeError: unknown) => {
      this.#logger.warn('the broker did not stop well', { error: closeError });
    });
    // A start that is under way rejects with it.
    if (this.#isStarted) void closed.then(() => this.#onFailure(error));
  }
}

/** What a folder was marked with when it was opened. */
const markerBefore = ({ previousBrokerEpoch }: LogManager): CleanShutdown => ({
  brokerEpoch: previousBrokerEpoch,
});
