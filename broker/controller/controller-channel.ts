import type { Address, Environment } from '../../src/base/environment.ts';
import { AssertionFailure } from '../../src/base/errors.ts';
import type { Api, RequestInput, RequestOf, ResponseOf } from '../../src/protocol/message.ts';
import type { PeerChannels } from '../server/peer-channel.ts';
import type { MetadataQuorum } from './metadata-quorum.ts';

export interface ControllerChannelOptions {
  readonly environment: Environment;
  readonly quorum: MetadataQuorum;
  readonly peers: PeerChannels;
  /** Of the quorum's voters. */
  readonly addressOf: (nodeId: number) => Address | undefined;
}

/**
 * A broker's line to whichever node is the active controller: to the one in this process without the wire, else over
 * a peer channel. Finds the new one when leadership moves. Used for registration, heartbeats, AlterPartition,
 * AllocateProducerIds, and to pass on the admin requests of clients.
 */
export class ControllerChannel {
  constructor(_options: ControllerChannelOptions) {}

  /**
   * Sends a request to the active controller, again and again until one answers or `timeoutMs` is over.
   *
   * @throws {OperationalError} (retriable) `TIMED_OUT` when no controller answered in time.
   */
  send<A extends Api>(
    _api: A,
    _version: number,
    _request: RequestInput<A> & RequestOf<A>,
    _options?: { readonly timeoutMs?: number },
  ): Promise<ResponseOf<A>> {
    throw new AssertionFailure('to be written');
  }

  close(): void {}
}
