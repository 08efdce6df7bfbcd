import type { Lifecycle } from '../../src/base/lifecycle.ts';
import { ControllerChannel } from '../controller/controller-channel.ts';
import type { MetadataQuorum } from '../controller/metadata-quorum.ts';
import type { GroupCoordinator } from '../coordinators/group/group-coordinator.ts';
import { groupMetrics } from '../coordinators/group/group-metrics.ts';
import type { TransactionCoordinator } from '../coordinators/transaction/transaction-coordinator.ts';
import { brokerHandlers, controllerListenerHandlers, type HandlerTable } from '../handlers/index.ts';
import type { LogCleaner } from '../log/cleaner/log-cleaner.ts';
import type { BrokerLifecycleManager } from '../lifecycle/broker-lifecycle-manager.ts';
import { GroupCoordination } from '../lifecycle/group-coordination.ts';
import type { CoordinatorTopic } from '../lifecycle/coordinator-topic.ts';
import { MetadataWaiters } from '../lifecycle/metadata-waiters.ts';
import { ProducerIds } from '../lifecycle/producer-ids.ts';
import { TransactionCoordination } from '../lifecycle/transaction-coordination.ts';
import { clusterMetrics } from '../metadata/cluster-metrics.ts';
import { partitionMetrics } from '../replication/partition-metrics.ts';
import type { ReplicaManager } from '../replication/replica-manager.ts';
import { Metrics } from '../server/broker-metrics.ts';
import { Dispatcher } from '../server/dispatcher.ts';
import { NetworkBrokerRequests } from '../server/network-broker-requests.ts';
import { NetworkPeerChannels } from '../server/network-peer-channels.ts';
import { SocketServer } from '../server/socket-server.ts';
import { socketSettings } from '../server/socket-settings.ts';
import { StallWatch } from '../server/stall-watch.ts';
import type { TransactionVerifier } from '../transactions/transaction-verifier.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';
import { createOffsetsTopic, createTransactionsTopic } from './create-coordinator-topics.ts';
import { createGroups } from './create-groups.ts';
import { createLogCleaner, logCleanerMetrics } from './create-log-cleaner.ts';
import { createLifecycleManager } from './create-lifecycle-manager.ts';
import { createQuorum } from './create-quorum.ts';
import { createReplicaManager } from './create-replica-manager.ts';
import { createServices } from './create-services.ts';
import { createTransactionVerifier } from './create-transaction-verifier.ts';
import { createTransactions } from './create-transactions.ts';
import { OwnListeners } from './own-listeners.ts';

const CONNECT_TIMEOUT_MS = 3000;

const NOTHING_SERVED: HandlerTable = new Map();

/** What a broker is put together from. Each of them is closed before those that it works with. */
export class BrokerComponents {
  readonly listeners: OwnListeners;
  readonly stalls: StallWatch;
  readonly peers: NetworkPeerChannels;
  readonly quorum: MetadataQuorum;
  readonly logCleaner: LogCleaner;
  readonly controller: ControllerChannel;
  readonly waiters: MetadataWaiters;
  readonly lifecycleManager: BrokerLifecycleManager;
  readonly metrics: Metrics;
  readonly replicaManager: ReplicaManager;
  readonly brokerRequests: NetworkBrokerRequests;
  readonly producerIds: ProducerIds;
  readonly offsetsTopic: CoordinatorTopic;
  readonly transactionVerifier: TransactionVerifier;
  readonly transactionsTopic: CoordinatorTopic;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly coordination: GroupCoordination;
  readonly server: SocketServer;
  /** What each listener serves. */
  readonly #tables = new Map<string, HandlerTable>();

  /**
   * Makes them, and notes in the broker's life how they are closed; the registration is left to the broker.
   * @throws {OperationalError} where the log of the metadata cannot be opened; whoever owns the life closes it then.
   */
  constructor(dependencies: BrokerDependencies, life: Lifecycle) {
    const { environment, topology } = dependencies;
    this.listeners = new OwnListeners(topology);
    this.stalls = createStallWatch(dependencies);
    life.add({ name: 'the watch over the event loop', close: () => this.stalls.close() });
    this.peers = createPeers(dependencies);
    life.add({ name: 'the connections to other brokers', close: () => this.peers.close() });
    this.quorum = createQuorum(dependencies, this);
    life.add({ name: 'the metadata quorum', close: () => this.quorum.close() });
    this.logCleaner = createLogCleaner(dependencies, this);
    life.add({ name: 'the log cleaner', close: () => this.logCleaner.close() });
    this.controller = new ControllerChannel({
      environment,
      quorum: this.quorum,
      peers: this.peers,
      addressOf: (nodeId) => topology.voters.find(({ id }) => id === nodeId)?.address,
    });
    life.add({ name: 'the line to the controller', close: () => this.controller.close() });
    this.waiters = new MetadataWaiters(environment.timers);
    life.add({ name: 'those that wait for metadata', close: () => this.waiters.close() });
    this.lifecycleManager = createLifecycleManager(dependencies, this);
    this.metrics = this.#createMetrics(topology.nodeId);
    this.replicaManager = createReplicaManager(dependencies, this);
    life.add({ name: 'the replicas', close: () => this.replicaManager.close() });
    this.brokerRequests = this.#createBrokerRequests(dependencies);
    life.add({ name: 'the lines to coordinators and leaders', close: () => this.brokerRequests.close() });
    this.offsetsTopic = createOffsetsTopic(dependencies, this.replicaManager);
    this.transactionVerifier = createTransactionVerifier(dependencies, this);
    this.groups = createGroups(dependencies, this);
    this.producerIds = new ProducerIds({
      nodeId: topology.nodeId,
      brokerEpoch: () => this.lifecycleManager.brokerEpoch,
      controller: this.controller,
    });
    this.transactionsTopic = createTransactionsTopic(dependencies, this.replicaManager);
    this.transactions = createTransactions(dependencies, this);
    this.coordination = this.#coordinate(dependencies);
    this.server = this.#createServer(dependencies);
    this.#fillTables(dependencies);
    life.add({ name: 'the listeners', close: () => this.server.close() });
    // Whoever waits for a group is answered while there are connections.
    life.add({ name: 'the groups', close: () => this.groups.close() });
    life.add({ name: 'the transactions', close: () => this.transactions.close() });
  }

  /** Ends whatever a start may be waiting for; all is closed when that has ended. */
  interruptStart(): void {
    void this.lifecycleManager.close();
    this.waiters.close();
    this.controller.close();
  }

  #createMetrics(nodeId: number): Metrics {
    return new Metrics({
      stalls: this.stalls,
      connections: () => this.server,
      replicaManager: () => this.replicaManager.metrics(),
      logCleaner: () => logCleanerMetrics(this.logCleaner),
      cluster: () =>
        clusterMetrics(this.quorum.image, { isActiveController: this.quorum.leader.leaderId === nodeId }),
      partitions: () => partitionMetrics(this.replicaManager.partitions()),
      groups: () =>
        groupMetrics(
          this.groups.groups(),
          (topic, partition) => this.replicaManager.get(topic, partition)?.log.highWatermark,
        ),
    });
  }

  #coordinate({ logger }: BrokerDependencies): GroupCoordination {
    const coordination = new GroupCoordination({ logger, offsets: this.offsetsTopic, groups: this.groups });
    this.replicaManager.addLeadershipListener(coordination);
    this.replicaManager.addLeadershipListener(
      new TransactionCoordination({
        logger,
        topic: this.transactionsTopic,
        transactions: this.transactions,
      }),
    );
    return coordination;
  }

  #createBrokerRequests({ logger, topology, fail }: BrokerDependencies): NetworkBrokerRequests {
    const listener = topology.listeners[0]?.name ?? '';
    return new NetworkBrokerRequests({
      logger,
      nodeId: topology.nodeId,
      peers: this.peers,
      addressOf: (nodeId) => this.listeners.interBrokerAddress(nodeId, this.quorum.image),
      listener,
      handlers: () => this.#tables.get(listener) ?? NOTHING_SERVED,
      onAssertion: fail,
    });
  }

  #createServer({ environment, logger, config, topology, buffers, fail }: BrokerDependencies): SocketServer {
    const dispatcher = new Dispatcher({
      clock: environment.clock,
      logger,
      metrics: this.metrics,
      stalls: this.stalls,
      handlersOf: (listener) => this.#tables.get(listener) ?? NOTHING_SERVED,
      onAssertion: fail,
    });
    return new SocketServer({
      environment,
      logger,
      ...socketSettings(config, environment.disk.openFilesMax),
      controllerListener: topology.controllerListener?.name,
      dispatcher,
      buffers,
    });
  }

  #fillTables(dependencies: BrokerDependencies): void {
    const { listeners, controllerListener } = dependencies.topology;
    const services = createServices(dependencies, this, this.#tables);
    for (const { name } of listeners) this.#tables.set(name, brokerHandlers(services));
    if (controllerListener !== undefined)
      this.#tables.set(controllerListener.name, controllerListenerHandlers(services));
  }
}

function createStallWatch({ environment, logger }: BrokerDependencies): StallWatch {
  const loopDelay = environment.watchLoop?.();
  return new StallWatch({
    clock: environment.clock,
    logger,
    ...(loopDelay === undefined ? {} : { loopDelay }),
  });
}

function createPeers({ environment, config, topology }: BrokerDependencies): NetworkPeerChannels {
  return new NetworkPeerChannels({
    environment,
    clientId: `broker-${topology.nodeId}`,
    requestTimeoutMs: config.get('replica.socket.timeout.ms'),
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    responseBytesMax: 2 ** 31 - 1,
  });
}
