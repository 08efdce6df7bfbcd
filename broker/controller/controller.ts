import { AssertionFailure } from '../../src/base/errors.ts';
import type { Api, RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import type { MetadataLoader } from '../metadata/metadata-loader.ts';
import type { RaftNode } from '../quorum/raft-node.ts';
import type { ControllerOptions } from './controller-options.ts';

/**
 * Decides what the cluster's metadata becomes; active on the node that leads the quorum, elsewhere it answers
 * NOT_CONTROLLER. Serves API keys 19, 20, 33, 37, 43, 44, 56, 62, 63, 64, 67.
 */
export class Controller {
  constructor(_options: ControllerOptions, _raft: RaftNode, _loader: MetadataLoader) {}
  declare readonly active: boolean;
  /** Answers one request of an API that the controller serves, once its records are committed. */
  answer<A extends Api>(_api: A, _version: number, _request: RequestOf<A>): Promise<ResponseInput<A>> {
    throw new AssertionFailure('to be written');
  }
  close(): void {}
}
