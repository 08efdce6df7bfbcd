import { AssertionFailure } from '../../src/base/errors.ts';
import { Lifecycle } from '../../src/base/lifecycle.ts';
import type { Api, RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import type { Log } from '../log/log.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { MetadataLoader } from '../metadata/metadata-loader.ts';
import type { MetadataPublisher } from '../metadata/metadata-publisher.ts';
import {
  MetadataSnapshots,
  SNAPSHOT_SETTINGS,
  type SnapshotSettings,
} from '../metadata/metadata-snapshots.ts';
import type { LeaderAndEpoch, RaftListener } from '../quorum/raft-listener.ts';
import { createRaftLog } from '../quorum/raft-log.ts';
import { RaftNode } from '../quorum/raft-node.ts';
import type { RaftOptions } from '../quorum/raft-options.ts';
import { Controller } from './controller.ts';
import type { ControllerSettings } from './controller-options.ts';
import { operationOf } from './operations.ts';

interface MetadataQuorumOptions extends Omit<RaftOptions, 'log'> {
  /**
   * The log of `__cluster_metadata-0`, opened with METADATA_LOG_CONFIG:
   * `logManager.openMetadataLog({ topicId: METADATA_TOPIC_ID, config: METADATA_LOG_CONFIG })`.
   */
  readonly log: Log;
  readonly settings?: Partial<ControllerSettings>;
  readonly snapshots?: Partial<SnapshotSettings>;
  /** Runs a step that holds the event loop, and watches how long it does. */
  readonly watch?: (cause: string, work: () => void) => void;
}

/**
 * A node's part in the cluster's metadata: the Raft node, the image that it replays, and the controller that is active
 * while the node leads.
 *
 * ```ts
 * const quorum = new MetadataQuorum({ environment, logger, nodeId, directoryId, clusterId, voters, log, directory, peers });
 * quorum.addPublisher({ onUpdate: (delta, image) => { ... } });
 * await quorum.start();                       // a quorum of one leads when this resolves
 * await quorum.answer(createTopics, 7, body); // any API of the controller, on any node: NOT_CONTROLLER where it does not lead
 * await quorum.close();
 * ```
 */
export class MetadataQuorum {
  readonly raft: RaftNode;
  readonly loader: MetadataLoader;
  readonly controller: Controller;
  readonly #life: Lifecycle;

  constructor(options: MetadataQuorumOptions) {
    this.raft = new RaftNode({ ...options, log: createRaftLog(options.log) });
    this.loader = new MetadataLoader();
    this.controller = new Controller(options, this.raft, this.loader);
    this.raft.addListener(watched(this.loader, options.watch));
    this.raft.addListener(this.controller);
    const { raft, loader } = this;
    const { logger, environment } = options;
    const { timers } = environment;
    const settings = { ...SNAPSHOT_SETTINGS, ...options.snapshots };
    const snapshots = new MetadataSnapshots({ timers, raft, loader, settings });
    raft.addListener(snapshots);
    this.#life = new Lifecycle('the metadata quorum', { timers, logger, onCloseFailure: 'throw' });
    this.#life.add({ name: 'the Raft node', close: () => raft.close() });
    this.#life.add({ name: 'the snapshots of the metadata', close: () => snapshots.close() });
    this.#life.add({ name: 'the controller', close: () => this.controller.close() });
  }

  /** The committed metadata, as far as this node has replayed it. */
  get image(): MetadataImage {
    return this.loader.image;
  }

  /** Who is the active controller; `leaderId` is -1 while that is not known, or it is not ready. */
  get leader(): LeaderAndEpoch {
    return this.loader.leader;
  }

  /** Adds one who hears of every change of the image; best before {@link start}. */
  addPublisher(publisher: MetadataPublisher): void {
    this.loader.addPublisher(publisher);
  }

  /** Resolves when the node takes part in the quorum; a quorum of one has elected itself and is active by then. */
  start(): Promise<void> {
    return this.raft.start();
  }

  /** Whether {@link answer} serves this API. */
  serves(api: Api): boolean {
    return RAFT_API_KEYS.has(api.key) || operationOf(api) !== undefined;
  }

  /**
   * Answers a request of any API that the quorum serves: 1 (Fetch of `__cluster_metadata`), 52-55, and those of the
   * controller (19, 20, 33, 37, 43, 44, 56, 62, 63, 64, 67), which a node that does not lead answers with
   * NOT_CONTROLLER. See `ControllerChannel` for one who finds the leader.
   */
  async answer<A extends Api>(api: A, version: number, request: RequestOf<A>): Promise<ResponseInput<A>> {
    if (!RAFT_API_KEYS.has(api.key)) return this.controller.answer(api, version, request);
    return (await this.#answerRaft(api.key, version, request)) as ResponseInput<A>;
  }

  #answerRaft(apiKey: number, version: number, request: unknown): unknown {
    const { raft } = this;
    switch (apiKey) {
      case 1:
        return raft.fetch(request as Parameters<RaftNode['fetch']>[0], version);
      case 52:
        return raft.vote(request as Parameters<RaftNode['vote']>[0]);
      case 53:
        return raft.beginQuorumEpoch(request as Parameters<RaftNode['beginQuorumEpoch']>[0]);
      case 54:
        return raft.endQuorumEpoch(request as Parameters<RaftNode['endQuorumEpoch']>[0]);
      case 55:
        return raft.describeQuorum(request as Parameters<RaftNode['describeQuorum']>[0]);
      default:
        throw new AssertionFailure(`the quorum does not serve API ${apiKey}`);
    }
  }

  close(): Promise<void> {
    return this.#life.close();
  }
}

function watched(listener: RaftListener, watch: MetadataQuorumOptions['watch']): RaftListener {
  if (watch === undefined) return listener;
  return {
    onSnapshot: (snapshot) => watch('metadata image', () => listener.onSnapshot?.(snapshot)),
    onCommitted: (batch) => watch('metadata image', () => listener.onCommitted(batch)),
    onDelivered: () => watch('metadata image', () => listener.onDelivered?.()),
    onLeaderChange: (leader) => listener.onLeaderChange(leader),
  };
}

const RAFT_API_KEYS: ReadonlySet<number> = new Set([1, 52, 53, 54, 55]);
