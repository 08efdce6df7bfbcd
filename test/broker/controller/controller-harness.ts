import type { Disk, Environment } from '../../../src/base/environment.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import type { Api, RequestInput, RequestOf, ResponseOf } from '../../../src/protocol/message.ts';
import { brokerHeartbeat } from '../../../src/protocol/messages/63-broker-heartbeat.ts';
import { brokerRegistration } from '../../../src/protocol/messages/62-broker-registration.ts';
import { Controller } from '../../../broker/controller/controller.ts';
import type { ControllerSettings } from '../../../broker/controller/controller-options.ts';
import type { MetadataImage, PartitionRegistration } from '../../../broker/metadata/metadata-image.ts';
import { MetadataLoader } from '../../../broker/metadata/metadata-loader.ts';
import { RaftNode } from '../../../broker/quorum/raft-node.ts';
import { MemoryRaftLog } from '../quorum/memory-raft-log.ts';
import { seededRandom, VirtualTime } from '../quorum/virtual-time.ts';

const CLUSTER_ID = 'test-cluster';

/** Of a broker's disk; the lowest ids have a meaning of their own. */
export function directoryIdOf(disk: number): string {
  return Buffer.from([1, ...Buffer.alloc(14), disk]).toString('base64url');
}

/** A quorum of one with its controller, in virtual time, over a log and files that outlive a restart. */
export class ControllerHarness {
  readonly time = new VirtualTime();
  readonly log = new MemoryRaftLog();
  /** Warnings of the controller, with their fields. */
  readonly warnings: string[] = [];
  readonly logger: Logger = {
    ...silentLogger,
    warn: (message, fields) => void this.warnings.push(`${message} ${JSON.stringify(fields)}`),
    child: () => this.logger,
  };
  readonly #files = new Map<string, Buffer>();
  readonly #settings: Partial<ControllerSettings>;
  readonly #random = seededRandom(42);
  raft: RaftNode;
  loader: MetadataLoader;
  controller: Controller;

  private constructor(settings: Partial<ControllerSettings>) {
    this.#settings = settings;
    [this.raft, this.loader, this.controller] = this.#build();
  }

  static async start(settings: Partial<ControllerSettings> = {}): Promise<ControllerHarness> {
    const harness = new ControllerHarness({ leaderImbalanceCheckIntervalMs: 0, ...settings });
    await harness.#begin();
    return harness;
  }

  /** Another process takes over the log; the old one just ends. */
  async restart(): Promise<void> {
    this.controller.close();
    [this.raft, this.loader, this.controller] = this.#build();
    await this.#begin();
  }

  get image(): MetadataImage {
    return this.loader.image;
  }

  partition(topic: string, index = 0): PartitionRegistration {
    const partition = this.image.topicsByName.get(topic)?.partitions.get(index);
    if (partition === undefined) throw new Error(`no ${topic}-${index}`);
    return partition;
  }

  /** Sends a request as over the wire and runs time until it is answered. */
  async send<A extends Api>(
    api: A,
    request: RequestInput<A>,
    version = api.versions.max,
  ): Promise<ResponseOf<A>> {
    const decoded = decodeStruct(api.request, version, encodeStruct(api.request, version, request));
    const promise = this.controller.answer(api, version, decoded as RequestOf<A>);
    await this.time.run(0);
    await this.time.run(1);
    const response = await promise;
    return decodeStruct(
      api.response,
      version,
      encodeStruct(api.response, version, response),
    ) as ResponseOf<A>;
  }

  /** Registers a broker process; answers its epoch. */
  async register(
    brokerId: number,
    options: {
      readonly incarnation?: number;
      readonly previousBrokerEpoch?: number;
      readonly rack?: string;
      /** Of the disk; the broker's number when not said. */
      readonly disk?: number;
    } = {},
  ) {
    return this.send(brokerRegistration, {
      brokerId,
      clusterId: CLUSTER_ID,
      incarnationId: Buffer.from([brokerId, options.incarnation ?? 0, ...Buffer.alloc(14)]).toString(
        'base64url',
      ),
      listeners: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092 + brokerId, securityProtocol: 0 }],
      features: [],
      rack: options.rack ?? null,
      logDirs: [directoryIdOf(options.disk ?? brokerId)],
      previousBrokerEpoch: options.previousBrokerEpoch ?? -1,
    });
  }

  heartbeat(brokerId: number, wants: { readonly wantFence?: boolean; readonly wantShutDown?: boolean } = {}) {
    return this.send(brokerHeartbeat, {
      brokerId,
      brokerEpoch: this.image.brokers.get(brokerId)?.epoch ?? -1,
      currentMetadataOffset: this.image.offset,
      ...wants,
    });
  }

  /** Registers and unfences brokers. */
  async join(...brokerIds: readonly number[]): Promise<void> {
    for (const id of brokerIds) {
      await this.register(id);
      await this.heartbeat(id);
    }
  }

  #build(): [RaftNode, MetadataLoader, Controller] {
    const disk: Partial<Disk> = {
      exists: (path) => this.#files.has(path),
      readFile: (path) => this.#files.get(path) ?? Buffer.alloc(0),
      syncDirectory: () => Promise.resolve(),
      replaceFile: (path, content) => void this.#files.set(path, Buffer.from(content)),
    };
    const environment: Environment = {
      clock: this.time,
      timers: this.time,
      random: this.#random,
      network: undefined as never,
      disk: disk as Disk,
    };
    const options = { environment, nodeId: 1, clusterId: CLUSTER_ID, logger: this.logger };
    const raft = new RaftNode({
      ...options,
      directoryId: 'AAAAAAAAAAAAAAAAAAAAAQ',
      endpoints: () => [],
      voters: [{ id: 1, address: { host: 'localhost', port: 9093 } }],
      log: this.log,
      directory: '/metadata',
      peers: { to: () => ({ send: () => Promise.reject(new Error('no peers')), close: () => {} }) },
    });
    const loader = new MetadataLoader();
    const controller = new Controller({ ...options, settings: this.#settings }, raft, loader);
    raft.addListener(loader);
    raft.addListener(controller);
    return [raft, loader, controller];
  }

  async #begin(): Promise<void> {
    const started = this.raft.start();
    await this.time.run(0);
    await this.time.run(1);
    await started;
    await this.time.run(1);
  }
}
