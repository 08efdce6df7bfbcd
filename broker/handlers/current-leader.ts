import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { RequestContext } from '../server/request-context.ts';
import type { BrokerServices } from './broker-services.ts';
import type { ClientEndpoint } from './client-endpoints.ts';

export interface CurrentLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

/**
 * Collects where the leaders are of partitions that were asked for at the wrong broker, so that clients need not ask
 * for metadata first (KIP-951: Produce v10+, Fetch v12+ for the leader and v16+ for its address).
 */
export class CurrentLeaders {
  readonly #image: MetadataImage;
  readonly #services: BrokerServices;
  readonly #context: RequestContext;
  readonly #endpoints = new Map<number, ClientEndpoint>();

  constructor(services: BrokerServices, image: MetadataImage, context: RequestContext) {
    this.#services = services;
    this.#image = image;
    this.#context = context;
  }

  get nodeEndpoints(): readonly ClientEndpoint[] {
    return [...this.#endpoints.values()];
  }

  /** The leader to name with an error, or undefined when the error does not call for one. */
  of(errorCode: number, topic: string, partition: number): CurrentLeader | undefined {
    if (errorCode !== ErrorCode.NOT_LEADER_OR_FOLLOWER && errorCode !== ErrorCode.FENCED_LEADER_EPOCH)
      return undefined;
    const registration = this.#image.topicsByName.get(topic)?.partitions.get(partition);
    if (registration === undefined || registration.leader < 0) return undefined;
    const endpoint = this.#services.endpoints.find(registration.leader, this.#image, this.#context);
    if (endpoint !== undefined) this.#endpoints.set(endpoint.nodeId, endpoint);
    return { leaderId: registration.leader, leaderEpoch: registration.leaderEpoch };
  }
}
