import { AssertionFailure } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import type {
  Api,
  RequestInput,
  RequestOf,
  ResponseInput,
  ResponseOf,
} from '../../../src/protocol/message.ts';
import { brokerRegistration } from '../../../src/protocol/messages/62-broker-registration.ts';
import { brokerHeartbeat } from '../../../src/protocol/messages/63-broker-heartbeat.ts';
import { Controller } from '../../../broker/controller/controller.ts';
import { MetadataLoader } from '../../../broker/metadata/metadata-loader.ts';
import { ControllerChannel } from '../../../broker/controller/controller-channel.ts';
import { type SimulatedNode, SimulatedQuorum } from '../quorum/simulated-quorum.ts';

/** The broker of these tests sends no heartbeats. */
const SETTINGS = { brokerSessionTimeoutMs: 86_400_000 };

/** What one process of a node knows and decides. */
export interface Brain {
  readonly loader: MetadataLoader;
  readonly controller: Controller;
}

/** Three controllers over a simulated quorum; each start of a node gets a new one. */
export class SimulatedControllers {
  readonly quorum: SimulatedQuorum;
  readonly brains = new Map<number, Brain>();

  constructor(seed: number) {
    this.quorum = new SimulatedQuorum(seed, { voters: 3 });
    this.quorum.onStart = (node, environment) => {
      const loader = new MetadataLoader();
      const options = { environment, nodeId: node.id, clusterId: 'simulated', logger: silentLogger };
      const controller = new Controller({ ...options, settings: SETTINGS }, node.raft, loader);
      node.raft.addListener(loader);
      node.raft.addListener(controller);
      this.brains.set(node.id, { loader, controller });
    };
    this.quorum.onRequest = (node, api, version, request) => {
      return this.brainOf(node).controller.answer(api, version, request as RequestOf<Api>);
    };
  }

  brainOf({ id }: SimulatedNode): Brain {
    const brain = this.brains.get(id);
    if (brain === undefined) throw new AssertionFailure(`node ${id} has not started`);
    return brain;
  }

  /** A node's line to whichever controller is active. */
  channelOf(node: SimulatedNode): ControllerChannel {
    const brain = this.brainOf(node);
    return new ControllerChannel({
      environment: this.quorum.environment(node),
      quorum: {
        controller: brain.controller,
        raft: node.raft,
        get leader() {
          return brain.loader.leader;
        },
        answer: <A extends Api>(api: A, version: number, request: RequestOf<A>): Promise<ResponseInput<A>> =>
          brain.controller.answer(api, version, request),
      },
      peers: { to: (target) => this.quorum.channel(node, target) },
      addressOf: (id) => ({ host: 'node', port: id }),
    });
  }

  get active(): Brain | undefined {
    const { leader } = this.quorum;
    const brain = leader === undefined ? undefined : this.brains.get(leader.id);
    return brain?.controller.isActive === true ? brain : undefined;
  }

  /** Asks a controller; the promise never ends when its process does. */
  ask<A extends Api>(brain: Brain, api: A, request: RequestInput<A>): Promise<ResponseOf<A>> {
    const version = api.versions.max;
    const decoded = decodeStruct(api.request, version, encodeStruct(api.request, version, request));
    const answer: Promise<ResponseInput<A>> = brain.controller.answer(api, version, decoded as RequestOf<A>);
    return answer.then(
      (response) =>
        decodeStruct(api.response, version, encodeStruct(api.response, version, response)) as ResponseOf<A>,
    );
  }

  /** Starts all nodes and registers broker 1. */
  async start(): Promise<void> {
    await this.quorum.startAll();
    await this.quorum.run(6000);
    const { active } = this;
    if (active === undefined) throw new Error('no controller');
    const promise = this.ask(active, brokerRegistration, {
      brokerId: 1,
      clusterId: 'simulated',
      incarnationId: 'AAAAAAAAAAAAAAAAAAAAAw',
      listeners: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092 }],
      logDirs: ['AAAAAAAAAAAAAAAAAAAAAQ'],
      rack: null,
    });
    await this.quorum.run(1000);
    const { brokerEpoch } = await promise;
    void this.ask(active, brokerHeartbeat, { brokerId: 1, brokerEpoch, currentMetadataOffset: brokerEpoch });
    await this.quorum.run(1000);
  }
}

/** A request for one topic with one replica on broker 1. */
export function createOne(name: string) {
  return {
    topics: [
      {
        name,
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [1] }],
      },
    ],
    timeoutMs: 3000,
  };
}
