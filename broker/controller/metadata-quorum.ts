import type { Api, RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import type { Log } from '../log/log.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { MetadataLoader } from '../metadata/metadata-loader.ts';
import type { MetadataPublisher } from '../metadata/metadata-publisher.ts';
import { createRaftLog } from '../quorum/raft-log.ts';
import { RaftNode } from '../quorum/raft-node.ts';
import type { RaftOptions } from '../quorum/raft-options.ts';
import { Controller } from './controller.ts';
import type { ControllerSettings } from './controller-options.ts';

export interface MetadataQuorumOptions extends Omit<RaftOptions, 'log'> {
  /**
   * The log of `__cluster_metadata-0`, opened with METADATA_LOG_CONFIG:
   * `logManager.getOrCreate({ topic: METADATA_TOPIC, partition: 0, topicId: METADATA_TOPIC_ID, config: METADATA_LOG_CONFIG })`.
   */
  readonly log: Log;
  readonly settings?: Partial<ControllerSettings>;
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

  constructor(options: MetadataQuorumOptions) {
    this.raft = new RaftNode({ ...options, log: createRaftLog(options.log) });
    this.loader = new MetadataLoader();
    this.controller = new Controller(options, this.raft, this.loader);
  }

  /** The committed metadata, as far as this node has replayed it. */
  get image(): MetadataImage {
    return this.loader.image;
  }

  /** Adds one who hears of every change of the image; best before {@link start}. */
  addPublisher(publisher: MetadataPublisher): void {
    this.loader.addPublisher(publisher);
  }

  /** Resolves when the node takes part in the quorum; a quorum of one has elected itself and is active by then. */
  async start(): Promise<void> {
    await this.raft.start();
  }

  /**
   * Answers a request of any API that the quorum serves: 1 (Fetch of `__cluster_metadata`), 52-55, and those of the
   * controller (19, 20, 33, 37, 43, 44, 56, 62, 63, 64, 67), which a node that does not lead answers with
   * NOT_CONTROLLER. See `ControllerChannel` for one who finds the leader.
   */
  answer<A extends Api>(_api: A, _version: number, _request: RequestOf<A>): Promise<ResponseInput<A>> {
    throw new Error('to be written');
  }

  async close(): Promise<void> {
    this.controller.close();
    await this.raft.close();
  }
}
